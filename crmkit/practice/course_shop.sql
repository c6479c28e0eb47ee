-- The course shop's past, asked of the course data by DuckDB: one query a table, named as the shop's
-- table is. Views have the names of the data's files. What a shop's table keeps sealed is given
-- here by its bare name (subject for subject_sealed). Moments are the shop's local time.
-- $home is the store, $since and $last bound its recent days, $opening is the next morning.

-- name: store
SELECT store_id AS id, name, district, size, climate, spending_level FROM stores;

-- name: staff
SELECT staff_id AS id, name, store_id AS home_store_id, TRUE AS active
FROM staff WHERE store_id IN ($home, $neighbour)
UNION ALL VALUES ('WEB', $web_shop, $home, FALSE), ('SYS', $system, $home, FALSE);

-- name: staff_role
SELECT staff_id, role AS role_id, store_id FROM staff WHERE store_id IN ($home, $neighbour);

-- name: product
SELECT product_id AS id, name, category, family, brand, cents(list_price) AS list_price,
    cents(cost) AS cost, launched_on::DATE AS launched_on, shelf,
    printf('69%010d', substr(product_id, 2)::BIGINT) AS barcode, TRUE AS active,
    CASE WHEN family IN ('loose_tea', 'tea_bags', 'oil_sauce', 'tins_soups') THEN 540
        WHEN family IN ('coffee', 'sweets', 'noodles') THEN 365
        WHEN family IN ('instant_drinks', 'biscuits', 'dried_fruit', 'rice_grain') THEN 270
        WHEN family = 'nuts' THEN 240 WHEN family = 'baby_care' THEN 1095
    END AS shelf_life_days
FROM products;

-- name: promotion
SELECT promotion_id AS id, name, kind, category, cents(threshold) AS threshold,
    cents(amount_off) AS amount_off, percent_off, gift_product_id, NULL AS level,
    FALSE AS coupon_only, starts_on::DATE AS starts_on, ends_on::DATE AS ends_on
FROM promotions
UNION ALL
SELECT $campaign, $campaign_name, 'percent_off', NULL, NULL, NULL, 5, NULL, NULL,
    TRUE, DATE '2023-01-01', DATE '2025-06-30';

-- name: sales_target
SELECT store_id, staff_id, month, cents(revenue) AS revenue FROM targets
WHERE store_id = $home AND month >= '2024-06'
    AND (staff_id IS NULL OR staff_id IN (SELECT id FROM shop_staff));

-- name: footfall
SELECT store_id, hour, visitors FROM footfall WHERE store_id = $home AND hour >= DATE '2025-05-01';

-- Lines of sales and returns of the store in the window, in order.
-- name: TEMP line
SELECT *, row_number() OVER (PARTITION BY sale_id ORDER BY file_row_number) AS line,
    cents(list_price) AS price, cents(amount) AS paid
FROM sales
WHERE store_id = $home
    AND (sold_at >= $since AND sold_at < $last
        OR sold_at >= DATE '2024-06-28' AND sold_at < DATE '2024-07-05');

-- name: TEMP payment_of
SELECT sale_id, method, sum(cents(amount))::BIGINT AS amount, min(file_row_number) AS place
FROM payments WHERE sale_id IN (SELECT sale_id FROM line) GROUP BY ALL;

-- Who bought here lately, and those who last did some time ago. Whoever bought before the books
-- begin but since then would look asleep: they stay out.
-- name: TEMP known
SELECT * FROM members
WHERE member_id IN (SELECT member_id FROM line)
    OR member_id IN (
        SELECT member_id FROM sales WHERE member_id LIKE 'M%' GROUP BY member_id
        HAVING max(sold_at) < $opening::TIMESTAMP - to_days($sleeping_days) AND mode(store_id) = $home
        ORDER BY max(sold_at) DESC, member_id LIMIT $sleepers);

-- name: member
SELECT member_id AS id, member_id AS survivor_id, 'live' AS status, gender, district, occupation,
    household, level, joined_at, home_store_id, name, phone, email,
    birth_date::DATE AS birth_date
FROM known;

-- name: consent_event
SELECT joined_at AS "at", member_id, 'marketing' AS purpose, channel, TRUE AS given, 'T0001' AS staff_id
FROM known, unnest($channels) WITH ORDINALITY AS of(channel, turn)
WHERE consent_marketing ORDER BY file_row_number, turn;

-- name: counter
SELECT 'member' AS name, greatest(max(substr(member_id, 2)::BIGINT), 6000) AS value FROM known;

-- name: referral
SELECT "at", r.member_id, k.member_id AS joined_member_id,
    CASE WHEN k.member_id IS NOT NULL THEN "at" END AS joined_at
FROM referrals r LEFT JOIN known k ON k.member_id = r.joined_member_id
WHERE r.member_id IN (SELECT member_id FROM known)
ORDER BY r.file_row_number;

-- name: sale
SELECT substr(sale_id, 2)::BIGINT AS id, sale_id AS external_id, sold_at AS "at", $home AS store_id,
    seller(staff_id) AS staff_id, member_id, channel, gross, gross - total AS discount, total,
    total - points AS paid, points AS points_value, points AS points_paid,
    coalesce((total - points) * points_per_100_yuan // 10000, 0) AS points_earned
FROM (
    SELECT *, CASE WHEN member_id IS NULL THEN 0 ELSE coalesce(amount, 0) END AS points
    FROM (
        SELECT sale_id, arg_min(sold_at, line) AS sold_at, arg_min(staff_id, line) AS staff_id,
            arg_min(member_id, line) AS member_id, arg_min(channel, line) AS channel,
            sum(price * quantity)::BIGINT AS gross, sum(paid)::BIGINT AS total,
            min(file_row_number) AS turn
        FROM line GROUP BY sale_id HAVING arg_min(quantity, line) > 0)
    LEFT JOIN (FROM payment_of WHERE method = 'points') USING (sale_id))
LEFT JOIN known USING (member_id)
LEFT JOIN level USING (level)
ORDER BY turn;

-- name: sale_line
SELECT id AS sale_id, line, product_id, quantity, price AS list_price,
    price * quantity - l.paid AS discount, l.paid AS amount,
    round_even(l.cost * 100 / quantity, 0)::BIGINT AS cost,
    coalesce(l.promotion_id, CASE WHEN price * quantity > l.paid THEN $campaign END) AS promotion_id,
    l.paid = 0 AND price > 0 AS is_gift
FROM shop_sale JOIN line l ON l.sale_id = external_id
ORDER BY id, line;

-- name: sale_offer
SELECT sale_id, promotion_id, sum(discount)::BIGINT AS discount
FROM shop_sale_line WHERE discount <> 0
GROUP BY ALL ORDER BY sale_id, min(line);

-- name: payment
SELECT * FROM (
    SELECT id AS sale_id, row_number() OVER (PARTITION BY id ORDER BY place) AS line, method, amount
    FROM shop_sale JOIN payment_of p ON p.sale_id = external_id
    WHERE method <> 'points' OR member_id IS NULL)
WHERE amount <> 0 ORDER BY sale_id, line;

-- Which line of its sale a returned line stands for: the first of as many units that was worth as
-- much. Returns of sales paid with points, or paid back in two ways, stay out, and a second return.
-- name: TEMP back
WITH fitting AS (
    SELECT r.sale_id AS document, r.line AS part, r.sold_at AS "at", r.staff_id, r.return_reason,
        s.id AS sale_id, s.total AS sold_for, s.points_earned, l.line, l.product_id,
        -r.quantity AS quantity, -r.paid AS worth, r.file_row_number AS place,
        l.amount * -r.quantity // l.quantity = -r.paid AS as_much
    FROM line r
    JOIN shop_sale s ON s.external_id = r.return_of AND s.points_paid = 0
    JOIN shop_sale_line l ON l.sale_id = s.id AND l.product_id = r.product_id
        AND l.quantity >= -r.quantity
    WHERE r.quantity < 0
    QUALIFY row_number() OVER (PARTITION BY r.sale_id, r.line ORDER BY l.line)
        = row_number() OVER (PARTITION BY r.sale_id, l.product_id, l.line ORDER BY r.line)),
given_back AS (
    SELECT sale_id AS document, -sum(amount) AS money FROM payment_of
    GROUP BY ALL HAVING count(*) = 1),
whole AS (
    SELECT document, sale_id, min(place) AS place
    FROM fitting JOIN given_back USING (document)
    JOIN (SELECT sale_id AS document, count(*) AS lines FROM line GROUP BY ALL) USING (document)
    GROUP BY document, sale_id, money, lines
    HAVING bool_and(as_much) AND count(*) = lines AND sum(worth) > 0 AND sum(worth) = money
    QUALIFY row_number() OVER (PARTITION BY sale_id ORDER BY min(place)) = 1)
SELECT fitting.*, dense_rank() OVER (ORDER BY whole.place) AS return_id
FROM fitting JOIN whole USING (document);

-- name: sale_return
SELECT return_id AS id, sale_id, arg_min("at", part) AS "at", $home AS store_id,
    seller(arg_min(staff_id, part)) AS staff_id, 'return' AS kind,
    arg_min(return_reason, part) AS reason, document AS external_id,
    sum(worth)::BIGINT AS total, sum(worth)::BIGINT AS refunded, 0 AS points_value,
    0 AS points_missing_value, 0 AS points_back,
    points_earned * sum(worth)::BIGINT // greatest(sold_for, 1) AS points_taken
FROM back GROUP BY return_id, sale_id, document, points_earned, sold_for ORDER BY id;

-- name: return_line
SELECT return_id, line, quantity, worth AS amount FROM back ORDER BY return_id, part;

-- name: refund
SELECT id AS return_id, 1 AS line, method, total AS amount
FROM shop_sale_return r JOIN payment_of p ON p.sale_id = r.external_id ORDER BY id;

-- An opening stock that lets everything happen and ends with what the data says.
-- name: stock_move
WITH sold AS (SELECT product_id, sum(quantity)::BIGINT AS units FROM shop_sale_line GROUP BY ALL),
final AS (
    SELECT store_id, product_id, on_hand FROM stock_daily
    WHERE date = (SELECT max(date) FROM stock_daily)),
happened AS (
    SELECT "at", 'sale' AS kind, product_id, $home AS from_id, '@customer' AS to_id, quantity,
        staff_id, id AS sale_id, NULL AS return_id, line, id AS number
    FROM shop_sale s JOIN shop_sale_line l ON l.sale_id = s.id
    UNION ALL
    SELECT r.at, 'return', product_id, '@customer', $home, b.quantity, r.staff_id, NULL, r.id,
        b.part, r.id
    FROM shop_sale_return r JOIN back b ON b.return_id = r.id),
opening AS (
    SELECT coalesce(store_id, $home) AS place, product_id,
        coalesce(on_hand, 0) + CASE WHEN place = $home THEN coalesce(units, 0) ELSE 0 END AS units
    FROM final FULL JOIN (SELECT $home AS store_id, * FROM sold) USING (store_id, product_id)),
moved AS (
    SELECT *, row_number() OVER (ORDER BY kind <> 'opening', "at", kind, number, product_id, line) AS n
    FROM (
        SELECT (SELECT min("at") FROM happened) - INTERVAL 12 HOUR AS "at", 'opening' AS kind,
            product_id, '@supplier' AS from_id, place AS to_id, units AS quantity,
            'SYS' AS staff_id, NULL AS sale_id, NULL AS return_id, 0 AS line,
            dense_rank() OVER (ORDER BY place) AS number
        FROM opening WHERE units <> 0
        UNION ALL FROM happened)),
ends AS (
    SELECT n, from_id AS place, product_id, -quantity AS change FROM moved
    UNION ALL SELECT n, to_id, product_id, quantity FROM moved),
book AS (
    SELECT n, place, (sum(change) OVER (PARTITION BY place, product_id ORDER BY n))::BIGINT AS left_there
    FROM ends)
SELECT "at", kind, product_id, from_id, to_id, quantity, f.left_there AS from_balance,
    t.left_there AS to_balance, staff_id, sale_id, return_id
FROM moved
JOIN book f ON f.n = moved.n AND f.place = from_id
JOIN book t ON t.n = moved.n AND t.place = to_id
ORDER BY moved.n;

-- What stands on the shelves of goods that spoil, by date: a third came earlier and keeps less long.
-- Of some products a few pieces are near their date here, or past it.
-- name: lot
WITH near AS (
    FROM (VALUES ('P0034', DATE '2025-06-28', 3), ('P0020', DATE '2025-07-19', 6),
        ('P0057', DATE '2025-07-25', 10), ('P0017', DATE '2025-08-05', 9),
        ('P0028', DATE '2025-08-20', 12)) AS of(product_id, best_before, units)),
here AS (
    SELECT place, product_id, shelf_life_days, sum(change)::BIGINT AS units,
        substr(product_id, 2)::BIGINT AS n
    FROM (
        SELECT to_id AS place, product_id, quantity AS change FROM shop_stock_move
        UNION ALL SELECT from_id, product_id, -quantity FROM shop_stock_move)
    JOIN shop_product ON id = product_id
    WHERE shelf_life_days IS NOT NULL AND place NOT LIKE '@%' GROUP BY ALL),
split AS (
    SELECT place, product_id, here.units, near.units IS NOT NULL AND place = $home AS is_near,
        CASE WHEN is_near THEN near.units ELSE here.units // 3 END AS first,
        CASE WHEN is_near THEN near.best_before
            ELSE $last + (shelf_life_days * 9 // 20 + n * 7 % 31)::INT END AS first_date,
        $last + (shelf_life_days * 3 // 4 + n * 11 % 41)::INT AS second_date
    FROM here LEFT JOIN near USING (product_id))
SELECT row_number() OVER (ORDER BY place, product_id, best_before) AS id, place AS store_id,
    product_id, best_before, remaining, (SELECT min("at") FROM shop_stock_move) AS came_at
FROM (
    SELECT place, product_id, first_date AS best_before, first AS remaining FROM split
    UNION ALL SELECT place, product_id, second_date, units - first FROM split)
WHERE remaining > 0
ORDER BY id;

-- Points carried over from before the books, enough for what was paid since; then what was earned.
-- name: points_lot
WITH carried AS (
    SELECT member_id, joined_at, row_number() OVER (ORDER BY member_id) - 1 AS place,
        coalesce((SELECT sum(points_paid) FROM shop_sale s WHERE s.member_id = k.member_id), 0)::BIGINT AS spent
    FROM known k),
lots AS (
    SELECT member_id, NULL AS sale_id, spent + place * 37 % 260 AS points,
        CASE WHEN spent > 0 THEN TIMESTAMP '2024-06-01 08:00'
            ELSE least(greatest(joined_at, $opening::TIMESTAMP - to_days(365) + to_days((place % 60)::INT)),
                $opening::TIMESTAMP - to_days($recent_days + 5)) END AS earned_at,
        $opening::TIMESTAMP + to_days((20 + place % 200)::INT) AS last, place AS number, FALSE AS sold
    FROM carried WHERE spent + place * 37 % 260 > 0
    UNION ALL
    SELECT member_id, id, points_earned, "at", "at" + to_days(365), id, TRUE
    FROM shop_sale WHERE points_earned > 0)
SELECT row_number() OVER (ORDER BY sold, number) AS id, member_id, earned_at, sale_id,
    date_trunc('day', last) + to_days(1) AS expires_at, points
FROM lots ORDER BY id;

-- name: points_entry
WITH posted AS (
    SELECT l.id AS lot_id, earned_at AS "at", 'adjust' AS kind, points, 'T0001' AS staff_id,
        NULL AS sale_id, NULL AS return_id, 0 AS turn, l.id AS number, 0 AS part
    FROM shop_points_lot l WHERE sale_id IS NULL
    UNION ALL
    SELECT l.id, s.at, 'pay', -points_paid, staff_id, s.id, NULL, 1, s.id, 0
    FROM shop_sale s JOIN shop_points_lot l ON l.member_id = s.member_id AND l.sale_id IS NULL
    WHERE points_paid > 0
    UNION ALL
    SELECT l.id, s.at, 'earn', points_earned, staff_id, s.id, NULL, 1, s.id, 1
    FROM shop_sale s JOIN shop_points_lot l ON l.sale_id = s.id
    UNION ALL
    SELECT l.id, r.at, 'return_earned', -points_taken, staff_id, r.sale_id, r.id, 2, r.id, 0
    FROM shop_sale_return r JOIN shop_points_lot l ON l.sale_id = r.sale_id
    WHERE points_taken > 0)
SELECT lot_id, "at", kind, points, staff_id, sale_id, return_id,
    (sum(points) OVER (PARTITION BY lot_id ORDER BY turn, number, part))::BIGINT AS lot_balance
FROM posted ORDER BY turn, number, part;

-- What is sold off the shelf needs no card: only several pieces, or dear ones, from an amount on.
-- name: opportunity
WITH way AS (
    SELECT opportunity_id, min(entered_at) AS first, max(entered_at) AS last
    FROM opportunity_stages GROUP BY ALL)
SELECT substr(opportunity_id, 2)::BIGINT AS id, o.member_id, store_id, who(staff_id) AS staff_id,
    p.name || CASE WHEN value > list_price
        THEN ' ×' || round(value / list_price)::BIGINT ELSE '' END AS title, o.product_id, cents(value) AS amount, stage,
    CASE stage WHEN 'interested' THEN $do_interested WHEN 'contacted' THEN $do_contacted
        WHEN 'tried' THEN $do_tried WHEN 'quoted' THEN $do_quoted END AS next_action,
    CASE WHEN stage NOT IN ('won', 'lost') THEN greatest(next_action_on::DATE, last::DATE + 1)
        END AS next_on, lost_reason, first AS opened_at,
    CASE WHEN stage IN ('won', 'lost') THEN last END AS closed_at
FROM opportunities o JOIN products p USING (product_id) LEFT JOIN way USING (opportunity_id)
WHERE store_id = $home AND opened_on >= DATE '2025-04-01'
    AND member_id IN (SELECT member_id FROM known)
    AND cents(value) >= $card_from AND category <> 'baby'
ORDER BY o.file_row_number;

-- name: opportunity_stage
SELECT id AS opportunity_id, entered_at AS "at", staff_id,
    lag(s.stage) OVER (PARTITION BY id ORDER BY entered_at, s.file_row_number) AS from_stage,
    s.stage AS to_stage, CASE WHEN s.stage = 'lost' THEN lost_reason END AS reason
FROM shop_opportunity o
JOIN opportunity_stages s ON substr(s.opportunity_id, 2)::BIGINT = id
ORDER BY o.rowid, entered_at, s.file_row_number;

-- name: ticket
SELECT substr(ticket_id, 2)::BIGINT AS id, t.member_id, t.store_id, s.id AS sale_id, t.channel,
    t.kind, regexp_replace(subject, ',([^ ])', '，\1', 'g') AS subject, CASE t.kind WHEN 'complaint' THEN 'high' ELSE 'normal' END AS priority,
    status, who(t.staff_id) AS owner_id, opened_at,
    opened_at + CASE t.kind WHEN 'complaint' THEN INTERVAL 1 HOUR ELSE INTERVAL 4 HOUR END AS first_due_at,
    opened_at + CASE t.kind WHEN 'complaint' THEN INTERVAL 1 DAY ELSE INTERVAL 3 DAY END AS due_at,
    first_response_at,
    CASE WHEN status IN ('resolved', 'closed') THEN closed_at END AS resolved_at,
    CASE WHEN status IN ('resolved', 'closed') THEN satisfaction END AS satisfaction
FROM tickets t LEFT JOIN shop_sale s ON s.external_id = t.sale_id
WHERE t.store_id = $home AND opened_at >= DATE '2025-04-01'
    AND t.member_id IN (SELECT member_id FROM known)
ORDER BY t.file_row_number;

-- name: ticket_message
SELECT row_number() OVER (ORDER BY turn, "at") AS id, ticket_id, "at", direction, channel, staff_id, body
FROM (
    SELECT rowid AS turn, id AS ticket_id, opened_at AS "at", 'in' AS direction, channel,
        NULL AS staff_id, subject AS body FROM shop_ticket
    UNION ALL
    SELECT rowid, id, first_response_at, 'out', channel, owner_id, $answer FROM shop_ticket
    WHERE first_response_at IS NOT NULL)
ORDER BY id;

-- name: survey
SELECT 1 AS id, $survey AS name, 'both' AS kind, TRUE AS active;

-- name: survey_invite
WITH asked AS (
    SELECT a.file_row_number AS turn, a.member_id, s.id AS sale_id,
        CASE a.channel WHEN 'till' THEN 'store' ELSE a.channel END AS channel, asked_at,
        csat_goods, csat_service, nps, comment
    FROM surveys a LEFT JOIN shop_sale s ON s.external_id = a.sale_id
    WHERE a.store_id = $home AND asked_at >= DATE '2025-05-01'
        AND a.member_id IN (SELECT member_id FROM known)),
silent AS ( -- the course data has those who answered; two in three never do
    SELECT id AS turn, member_id, id AS sale_id, 'store' AS channel,
        "at" + INTERVAL 5 MINUTE AS asked_at, row_number() OVER (ORDER BY id) AS n
    FROM shop_sale WHERE "at" >= DATE '2025-05-01' AND member_id IS NOT NULL
        AND id NOT IN (SELECT sale_id FROM asked WHERE sale_id IS NOT NULL))
SELECT row_number() OVER (ORDER BY asked_at, turn) AS id, 1 AS survey_id, member_id, sale_id, channel,
    asked_at, asked_at + to_days(14) AS expires_at, csat_goods, csat_service, nps, comment
FROM (SELECT * FROM asked UNION ALL BY NAME SELECT * EXCLUDE n FROM silent
    WHERE n <= 2 * (SELECT count(*) FROM asked))
ORDER BY id;

-- name: survey_answer
SELECT row_number() OVER (ORDER BY id) AS id, id AS invite_id,
    asked_at + INTERVAL 10 MINUTE AS "at", csat_goods, csat_service, nps, comment
FROM shop_survey_invite
WHERE coalesce(csat_goods, csat_service, nps) IS NOT NULL ORDER BY id;
