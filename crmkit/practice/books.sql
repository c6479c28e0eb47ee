-- What must be true of a shop after any day's work: each query gives the rows that break its rule.

-- name: all locations together hold no units
SELECT product_id FROM stock_on_hand JOIN location ON location.id = location_id
GROUP BY product_id HAVING SUM(quantity) <> 0;

-- name: no shelf and nothing in transit is below zero
SELECT location_id, product_id FROM stock_on_hand
WHERE quantity < 0 AND location_id NOT LIKE '@%';

-- name: the passbook's last balance is the sum of its moves
WITH ends AS (
    SELECT id, product_id, to_id AS place, quantity AS change, to_balance AS balance
    FROM stock_move
    UNION ALL
    SELECT id, product_id, from_id, -quantity, from_balance FROM stock_move
)
SELECT place, product_id, id FROM (
    SELECT place, product_id, id, balance,
        SUM(change) OVER (PARTITION BY place, product_id ORDER BY id) AS total
    FROM ends
) AS running WHERE balance <> total;

-- name: no more of a product bears a date than is there
SELECT dated.store_id, dated.product_id FROM (
    SELECT store_id, product_id, SUM(remaining) AS units FROM lot GROUP BY store_id, product_id
) AS dated LEFT JOIN stock_on_hand ON location_id = dated.store_id
    AND stock_on_hand.product_id = dated.product_id
WHERE units > COALESCE(quantity, 0);

-- name: a lot's last balance is the sum of its entries, never below zero
SELECT lot_id FROM (
    SELECT id, lot_id, lot_balance,
        SUM(points) OVER (PARTITION BY lot_id ORDER BY id) AS total
    FROM points_entry
) AS running WHERE lot_balance <> total OR total < 0;

-- name: every point belongs to a member
SELECT 1 WHERE (SELECT COALESCE(SUM(points), 0) FROM points_balance) <> (
    SELECT COALESCE(SUM(points), 0) FROM points_entry);

-- name: a sale's lines, offers and payments come to its total
SELECT sale.id FROM sale
WHERE sale.gross <> (
        SELECT COALESCE(SUM(list_price * quantity), -1) FROM sale_line
        WHERE sale_id = sale.id)
    OR sale.discount <> (
        SELECT COALESCE(SUM(discount), -1) FROM sale_line WHERE sale_id = sale.id)
    OR sale.total <> (
        SELECT COALESCE(SUM(amount), -1) FROM sale_line WHERE sale_id = sale.id)
    OR sale.paid <> (
        SELECT COALESCE(SUM(amount), 0) FROM payment WHERE sale_id = sale.id)
    OR sale.discount <> (
        SELECT COALESCE(SUM(discount), 0) FROM sale_offer WHERE sale_id = sale.id) + (
        SELECT COALESCE(SUM(amount), 0) FROM price_change WHERE sale_id = sale.id)
    OR sale.total <> sale.paid + sale.points_value;

-- name: a return's lines and refunds come to its total
SELECT sale_return.id FROM sale_return
WHERE total <> (
        SELECT COALESCE(SUM(amount), -1) FROM return_line
        WHERE return_id = sale_return.id)
    OR refunded <> (
        SELECT COALESCE(SUM(amount), 0) FROM refund WHERE return_id = sale_return.id);

-- name: no more came back than was sold, in units and in money
SELECT sale_line.sale_id, sale_line.line FROM sale_line
JOIN sale_return ON sale_return.sale_id = sale_line.sale_id
JOIN return_line ON return_line.return_id = sale_return.id
    AND return_line.line = sale_line.line
GROUP BY sale_line.sale_id, sale_line.line, sale_line.quantity, sale_line.amount
HAVING SUM(return_line.quantity) > sale_line.quantity
    OR SUM(return_line.amount) > sale_line.amount
    OR (SUM(return_line.quantity) = sale_line.quantity
        AND SUM(return_line.amount) <> sale_line.amount);

-- name: cash paid and refunded is in a drawer's book
SELECT sale.id FROM sale WHERE external_id IS NULL AND (
    SELECT COALESCE(SUM(amount), 0) FROM payment
    WHERE sale_id = sale.id AND method = 'cash') <> (
    SELECT COALESCE(SUM(amount), 0) FROM cash_entry WHERE sale_id = sale.id)
UNION ALL
SELECT sale_return.id FROM sale_return WHERE external_id IS NULL AND (
    SELECT COALESCE(SUM(amount), 0) FROM refund
    WHERE return_id = sale_return.id AND method = 'cash') <> (
    SELECT COALESCE(-SUM(amount), 0) FROM cash_entry WHERE return_id = sale_return.id);

-- name: a drawer's last balance is the sum of its entries
SELECT store_id, drawer, id FROM (
    SELECT id, store_id, drawer, balance,
        SUM(amount) OVER (PARTITION BY store_id, drawer ORDER BY id) AS total
    FROM cash_entry
) AS running WHERE balance <> total;

-- name: a close counted its drawer
SELECT shift_close.id FROM shift_close
WHERE cash_counted - cash_expected <> (
        SELECT COALESCE(SUM(amount), 0) FROM cash_entry
        WHERE close_id = shift_close.id AND kind = 'over_short')
    OR left_in_drawer <> (
        SELECT balance FROM cash_entry
        WHERE close_id = shift_close.id AND kind = 'hand_over');

-- name: every entry of a drawer is in one close, or after the last
SELECT store_id, drawer FROM cash_entry
GROUP BY store_id, drawer
HAVING SUM(CASE WHEN kind = 'sale' THEN amount ELSE 0 END) <> (
    SELECT COALESCE(SUM(sales), 0) FROM shift_close
    WHERE shift_close.store_id = cash_entry.store_id
        AND shift_close.drawer = cash_entry.drawer) + (
    SELECT COALESCE(SUM(amount), 0) FROM cash_entry AS open_entry
    WHERE open_entry.store_id = cash_entry.store_id
        AND open_entry.drawer = cash_entry.drawer AND open_entry.kind = 'sale'
        AND open_entry.id > (
            SELECT COALESCE(MAX(id), 0) FROM cash_entry AS closed
            WHERE closed.store_id = cash_entry.store_id
                AND closed.drawer = cash_entry.drawer AND closed.close_id IS NOT NULL));

-- name: a value card's last balance is the sum of its entries
SELECT card_id, id FROM (
    SELECT id, card_id, balance, SUM(amount) OVER (PARTITION BY card_id ORDER BY id) AS total
    FROM value_entry
) AS running WHERE balance <> total OR total < 0;

-- name: what value cards paid and got back is on their cards
SELECT payment.sale_id FROM payment WHERE card_id IS NOT NULL AND amount <> (
    SELECT COALESCE(-SUM(amount), 0) FROM value_entry
    WHERE value_entry.sale_id = payment.sale_id
        AND value_entry.card_id = payment.card_id);

-- name: cash for value cards is in a drawer's book
SELECT id FROM value_entry WHERE method = 'cash' AND amount <> (
    SELECT COALESCE(SUM(amount), 0) FROM cash_entry
    WHERE value_entry_id = value_entry.id);

-- name: a voided slip came back whole, and nothing else of it
SELECT voided.id FROM sale_return AS voided
JOIN sale ON sale.id = voided.sale_id
WHERE voided.kind = 'void' AND (voided.total <> sale.total OR EXISTS (
    SELECT 1 FROM sale_return AS other
    WHERE other.sale_id = sale.id AND other.id <> voided.id));

-- name: a redemption's points and goods are in the ledgers, or both came back
SELECT redemption.id FROM redemption
WHERE (SELECT COALESCE(-SUM(points), 0) FROM points_entry
        WHERE redemption_id = redemption.id) NOT IN (0, redemption.points)
    OR (SELECT COALESCE(-SUM(points), 0) FROM points_entry
        WHERE redemption_id = redemption.id) * redemption.quantity <> (
        SELECT COALESCE(SUM(CASE WHEN to_id = '@customer' THEN quantity
            ELSE -quantity END), 0)
        FROM stock_move WHERE redemption_id = redemption.id) * redemption.points;

-- name: a sale moved exactly its units off the shelf
SELECT sale.id FROM sale
WHERE (SELECT COALESCE(SUM(quantity), 0) FROM sale_line WHERE sale_id = sale.id) <> (
    SELECT COALESCE(SUM(quantity), 0) FROM stock_move
    WHERE sale_id = sale.id AND kind = 'sale');

-- name: a return brought exactly its units back
SELECT sale_return.id FROM sale_return
WHERE (
    SELECT COALESCE(SUM(quantity), 0) FROM return_line
    WHERE return_id = sale_return.id) <> (
    SELECT COALESCE(SUM(quantity), 0) FROM stock_move
    WHERE return_id = sale_return.id AND kind = 'return');

-- name: a sale's points are in the ledger
SELECT sale.id FROM sale
WHERE sale.points_earned <> (
        SELECT COALESCE(SUM(points), 0) FROM points_entry
        WHERE sale_id = sale.id AND kind = 'earn')
    OR sale.points_paid <> (
        SELECT COALESCE(-SUM(points), 0) FROM points_entry
        WHERE sale_id = sale.id AND kind = 'pay');

-- name: a return's points are in the ledger
SELECT sale_return.id FROM sale_return
WHERE points_back <> (
        SELECT COALESCE(SUM(points), 0) FROM points_entry
        WHERE return_id = sale_return.id AND kind = 'return_paid')
    OR points_taken <> (
        SELECT COALESCE(-SUM(points), 0) FROM points_entry
        WHERE return_id = sale_return.id AND kind = 'return_earned');

-- name: a coupon is used once, unless it was restored in between
SELECT coupon_id FROM coupon_event GROUP BY coupon_id
HAVING SUM(CASE kind WHEN 'redeemed' THEN 1 WHEN 'restored' THEN -1 ELSE 0 END)
    NOT IN (0, 1);

-- name: a transfer's parts come to what was sent
SELECT transfer_id, product_id FROM transfer_progress
WHERE received + lost + returned > sent;

-- name: a closed transfer left nothing in transit
SELECT transfer_progress.transfer_id FROM transfer_progress
JOIN transfer ON transfer.id = transfer_progress.transfer_id
WHERE (transfer.closed_at IS NOT NULL) <> (
    SELECT SUM(sent - received - lost - returned) = 0 FROM transfer_progress AS parts
    WHERE parts.transfer_id = transfer.id);

-- name: the transit location holds what open transfers have on the way
SELECT product_id FROM (
    SELECT product_id, sent - received - lost - returned AS quantity
    FROM transfer_progress
    UNION ALL
    SELECT product_id, -quantity FROM stock_on_hand WHERE location_id = 'transit'
) AS both_ways
GROUP BY product_id HAVING SUM(quantity) <> 0;

-- name: a closed stocktake booked its differences
SELECT stocktake_id, product_id FROM stocktake_result
WHERE difference <> (
    SELECT COALESCE(SUM(CASE WHEN from_id = '@adjust' THEN quantity ELSE -quantity END), 0)
    FROM stock_move
    WHERE stock_move.stocktake_id = stocktake_result.stocktake_id
        AND stock_move.product_id = stocktake_result.product_id);

-- name: one live member per phone and per card
SELECT phone_token FROM member WHERE status = 'live' AND phone_token IS NOT NULL
GROUP BY phone_token HAVING COUNT(*) > 1
UNION
SELECT card_token FROM member WHERE status = 'live' AND card_token IS NOT NULL
GROUP BY card_token HAVING COUNT(*) > 1;

-- name: a merged record points to one that was not merged
SELECT member.id FROM member JOIN member AS kept ON kept.id = member.survivor_id
WHERE kept.status = 'merged';

-- name: every finished command left its audit entry
SELECT 1 WHERE (SELECT COUNT(*) FROM command_log) > (
    SELECT COUNT(*) FROM audit_entry WHERE outcome = 'done');
