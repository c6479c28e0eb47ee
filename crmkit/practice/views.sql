-- Balances are views: nothing stores a total that the ledgers do not give.

-- name: stock_on_hand
SELECT location_id, product_id, SUM(quantity) AS quantity FROM (
    SELECT to_id AS location_id, product_id, quantity FROM stock_move
    UNION ALL
    SELECT from_id, product_id, -quantity FROM stock_move
) AS both_ends
GROUP BY location_id, product_id;

-- name: points_balance
SELECT member.survivor_id AS member_id, SUM(points_entry.points) AS points
FROM points_entry
JOIN points_lot ON points_lot.id = points_entry.lot_id
JOIN member ON member.id = points_lot.member_id
GROUP BY member.survivor_id;

-- name: transfer_progress
SELECT transfer_line.transfer_id, transfer_line.product_id, transfer_line.sent,
    COALESCE(SUM(CASE WHEN kind = 'transfer_in' THEN quantity END), 0) AS received,
    COALESCE(SUM(CASE WHEN kind = 'transfer_lost' THEN quantity END), 0) AS lost,
    COALESCE(SUM(CASE WHEN kind = 'transfer_back' THEN quantity END), 0) AS returned,
    COALESCE(SUM(CASE WHEN kind = 'transfer_surplus' THEN quantity END), 0) AS surplus
FROM transfer_line
LEFT JOIN stock_move ON stock_move.transfer_id = transfer_line.transfer_id
    AND stock_move.product_id = transfer_line.product_id
GROUP BY transfer_line.transfer_id, transfer_line.product_id, transfer_line.sent;
