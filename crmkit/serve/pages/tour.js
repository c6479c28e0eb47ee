// A look around the page: what is spoken of stays lit, the words stand beside it. It comes by itself
// at the first visit, and whenever it is called.
const tour = document.getElementById("tour"), key = `crmkit-tour-${tour.dataset.of}`;
const [ring, card] = tour.children, [title, words] = card.firstElementChild.children;
const [skip, back, next] = card.querySelectorAll("button"), far = card.querySelector("small");
const known = JSON.parse(document.getElementById("tour-steps").textContent);
let steps = [], at = 0;

const place = () => {
  if (!tour.open) return;
  const lit = document.querySelector(steps[at][0]).getBoundingClientRect(), [wide, high] = [innerWidth, innerHeight];
  const top = Math.max(lit.top - 6, 2), bottom = Math.min(lit.bottom + 6, high - 2);
  ring.style.cssText = `left:${lit.left - 6}px;top:${top}px;width:${lit.width + 12}px;height:${bottom - top}px`;
  const room = (size, all, wanted) => Math.max(8, Math.min(wanted, all - size - 8));
  const below = bottom + 12, above = top - 12 - card.offsetHeight;
  card.style.cssText = `left:${room(card.offsetWidth, wide, lit.left)}px;`
    + `top:${room(card.offsetHeight, high, below + card.offsetHeight < high || above < 8 ? below : above)}px`;
};

const turn = (to) => {
  if (to === steps.length) return tour.close();
  at = to;
  [, title.textContent, words.textContent] = steps[at];
  far.textContent = `${at + 1} / ${steps.length}`;
  back.hidden = !at;
  skip.hidden = at === steps.length - 1;
  next.textContent = skip.hidden ? next.dataset.done : next.dataset.next;
  document.querySelector(steps[at][0]).scrollIntoView({ block: "center", inline: "nearest" });
  next.focus();
  place();
};

const show = () => {
  steps = known.filter(([where]) => document.querySelector(where)?.getClientRects().length);
  if (!steps.length) return;
  tour.showModal();
  turn(0);
};

skip.addEventListener("click", () => tour.close());
back.addEventListener("click", () => turn(at - 1));
next.addEventListener("click", () => turn(at + 1));
tour.addEventListener("close", () => localStorage.setItem(key, "seen"));
for (const event of ["resize", "scroll"]) addEventListener(event, place);
document.getElementById("around").addEventListener("click", show);
if (!localStorage.getItem(key)) show();
