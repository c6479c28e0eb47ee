/* A deck of crmkit: sizes follow what is on a slide, right answers wait for a key, notes have a
   window of their own. */
(() => {
  "use strict";
  const LARGEST = 48, SMALLEST = 24;
  const words = JSON.parse(document.querySelector(".reveal").dataset.words);
  const began = Date.now();
  let reading = null;

  function fit(slide) {
    const body = slide.querySelector(".body"), told = slide.classList.contains("told");
    slide.classList.add("told"); // the right answer is bold, so it takes more room
    for (let size = LARGEST; size >= SMALLEST; size -= 1) {
      body.style.fontSize = `${size}px`;
      if (body.scrollHeight <= body.clientHeight && body.scrollWidth <= body.clientWidth) break;
    }
    slide.classList.toggle("told", told);
  }

  function read() {
    if (!reading || reading.closed) return;
    const page = reading.document, slide = Reveal.getCurrentSlide();
    const say = (tag, text) => Object.assign(page.createElement(tag), { textContent: text });
    const notes = slide.querySelector("aside.notes");
    const said = page.createElement("main");
    if (notes) said.append(...[...notes.childNodes].map(node => page.importNode(node, true)));
    else said.append(say("p", words.none));
    const slides = Reveal.getSlides(), at = slides.indexOf(slide), following = slides[at + 1];
    const clock = Math.floor((Date.now() - began) / 60000);
    page.title = words.notes;
    page.body.className = "reading";
    page.body.replaceChildren(
      say("h2", slide.querySelector("h1, h2").textContent), said,
      say("footer", `${at + 1} / ${slides.length} · ${clock} min`
        + (following ? ` · ${words.next}: ${following.querySelector("h1, h2").textContent} – ${following.querySelector(".body").textContent.trim().slice(0, 60)}` : "")));
  }

  function open() {
    reading = window.open("", "crmkit-notes", "width=760,height=620");
    if (!reading) return;
    reading.document.head.replaceChildren(reading.document.importNode(document.querySelector("style"), true));
    reading.addEventListener("keydown", event => {
      if (["ArrowRight", "ArrowDown", "PageDown", " ", "Enter"].includes(event.key)) forward();
      if (["ArrowLeft", "ArrowUp", "PageUp"].includes(event.key)) Reveal.prev();
      event.preventDefault();
    });
    read();
  }

  function forward() {
    const slide = Reveal.getCurrentSlide();
    if (slide.matches(".quiz:not(.told)")) slide.classList.add("told");
    else Reveal.next();
  }

  function turned() {
    document.querySelector(".keys").classList.toggle("used", !Reveal.isFirstSlide());
    fit(Reveal.getCurrentSlide());
    read();
  }

  Reveal.initialize({
    width: 1280, height: 720, margin: 0, minScale: 0.1, maxScale: 4, center: false, hash: true,
    transition: "none", backgroundTransition: "none", slideNumber: "c/t", controls: false,
    display: "flex",
    keyboard: { 83: open, 39: forward, 40: forward, 34: forward, 32: forward, 13: forward },
  }).then(() => {
    Reveal.on("slidechanged", turned);
    turned();
    setInterval(read, 30000);
  });
})();
