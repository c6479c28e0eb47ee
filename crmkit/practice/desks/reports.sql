-- The analysis tables, asked of the shop's own. :stores are those where one may work at the desk
-- that shows the rows; what is sealed here is opened, or masked, in reports.py.

-- Members who joined or bought at these stores, merged records included.
-- name: known
SELECT member.id FROM member JOIN member AS now ON now.id = member.survivor_id
WHERE now.home_store_id IN :stores OR now.id IN (
    SELECT buyer.survivor_id FROM member AS buyer JOIN sale ON sale.member_id = buyer.id
    WHERE sale.store_id IN :stores);

-- name: members
SELECT member.id AS member_id, name_sealed AS name, phone_sealed AS phone, email_sealed AS email,
    gender, birth_date_sealed AS birth_date, district, occupation, household, level,
    member.joined_at, home_store_id, referral.member_id AS referred_by
FROM member LEFT JOIN referral ON joined_member_id = member.id
WHERE status = 'live' AND member.id IN (SELECT id FROM known) ORDER BY member.id;

-- name: products
SELECT id AS product_id, name, category, family, brand, list_price, cost, launched_on, shelf
FROM product ORDER BY id;

-- name: stores
SELECT id AS store_id, name, district, size, climate, spending_level FROM store ORDER BY id;

-- name: staff
SELECT staff.id AS staff_id, name, home_store_id AS store_id, MIN(role_id) AS role
FROM staff JOIN staff_role ON staff_role.staff_id = staff.id
WHERE home_store_id IN :stores
GROUP BY staff.id, name, home_store_id ORDER BY staff.id;

-- name: targets
SELECT store_id, staff_id, month, revenue FROM sales_target
WHERE store_id IN :stores ORDER BY store_id, month, staff_id;

-- name: promotions
SELECT id AS promotion_id, name, kind, category, starts_on, ends_on, percent_off, threshold,
    amount_off, gift_product_id
FROM promotion ORDER BY id;

-- name: footfall
SELECT store_id, hour, visitors FROM footfall WHERE store_id IN :stores ORDER BY store_id, hour;

-- What moved to or from a shelf; its daily sums are made in reports.py.
-- name: stock_daily
SELECT to_id AS store_id, product_id, at, kind, quantity AS change FROM stock_move
WHERE to_id IN :stores
UNION ALL
SELECT from_id, product_id, at, kind, -quantity FROM stock_move WHERE from_id IN :stores;

-- Answers, at the store of the sale or ticket they are about, else the member's own.
-- name: surveys
SELECT invite.member_id, asked_at, invite.channel, csat_goods, csat_service, nps,
    answer.id AS answer, comment_sealed AS comment,
    COALESCE(sale.store_id, ticket.store_id, now.home_store_id) AS store_id
FROM survey_invite AS invite JOIN survey_answer AS answer ON answer.invite_id = invite.id
JOIN member ON member.id = invite.member_id JOIN member AS now ON now.id = member.survivor_id
LEFT JOIN sale ON sale.id = invite.sale_id LEFT JOIN ticket ON ticket.id = invite.ticket_id
WHERE COALESCE(sale.store_id, ticket.store_id, now.home_store_id) IN :stores ORDER BY answer.id;

-- name: referrals
SELECT member_id, at, joined_member_id FROM referral
WHERE member_id IN (SELECT id FROM known) ORDER BY id;

-- name: campaigns
SELECT id AS campaign_id, name, promotion_id, status, control_percent FROM campaign
WHERE EXISTS (SELECT 1 FROM store WHERE id IN :stores) ORDER BY id;

-- name: campaign_contacts
SELECT target.campaign_id, target.member_id, arm AS "group", sent_at AS contacted_at
FROM campaign_target AS target
LEFT JOIN outbox ON outbox.campaign_id = target.campaign_id
    AND outbox.member_id = target.member_id AND outbox.status = 'sent'
WHERE target.member_id IN (SELECT id FROM known)
ORDER BY target.campaign_id, target.member_id;

-- name: tickets
SELECT id AS ticket_id, member_id, store_id, owner_id AS staff_id, kind, channel, sale_id,
    opened_at, first_response_at, resolved_at AS closed_at, status, satisfaction,
    subject_sealed AS subject
FROM ticket WHERE store_id IN :stores ORDER BY id;

-- name: followups
SELECT task.id AS followup_id, member_id, task.store_id, task.staff_id, plan.kind, due_on, done_at,
    outcome, next_step
FROM followup_task AS task JOIN followup_plan AS plan ON plan.id = plan_id
WHERE task.store_id IN :stores ORDER BY task.id;

-- name: opportunities
SELECT id AS opportunity_id, member_id, store_id, staff_id, product_id, amount AS value, stage,
    opened_at, closed_at, next_on AS next_action_on, lost_reason
FROM opportunity WHERE store_id IN :stores ORDER BY id;

-- name: opportunity_stages
SELECT opportunity_id, to_stage AS stage, at AS entered_at
FROM opportunity_stage AS step JOIN opportunity ON opportunity.id = opportunity_id
WHERE store_id IN :stores ORDER BY step.id;
