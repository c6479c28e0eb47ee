"""What every column holds, in both languages and with its unit, for the data sheet."""

_TEXT = """
sales | 销售明细：每行一个商品；退货为负数行 | Sales: one row per line; a return is a negative line
  sale_id | 单号 | receipt
  sold_at | 销售时间（当地时间） | when, local time
  store_id | 门店；线上订单为发货门店 | store; of an online order the one that sends it
  staff_id | 收银或导购员工；线上为空 | who rang it up; empty online
  member_id | 会员；空为散客 | member; empty: a walk-in
  product_id | 商品 | product
  quantity | 件数；退货为负 | pieces; negative: a return
  list_price | 当时的标价，元/件 | price tag at the time, yuan per piece
  discount | 整行优惠，元 | taken off the whole line, yuan
  amount | 实付金额，元，含税 = 件数 × 标价 − 优惠 | paid, yuan, tax included = pieces × price tag − discount
  cost | 整行成本，元 | cost of the whole line, yuan
  channel | 渠道（代码）；退货在门店办理 | channel (code); returns are taken in the store
  promotion_id | 促销；空为无 | promotion; empty: none
  return_reason | 退货原因（代码）；空为非退货 | why it came back (code); empty: not a return
  return_of | 退货对应的原单号 | the receipt a return belongs to
payments | 支付：每单每种方式一行；退款为负 | Payments: one row per receipt and method; refunds are negative
  sale_id | 单号 | receipt
  method | 支付方式（代码） | method (code)
  amount | 金额，元 | yuan
members | 会员 | Members
  member_id | 会员号 | member
  name | 姓名（虚构） | name (invented)
  phone | 手机号（未分配号段） | phone (from ranges not assigned)
  email | 邮箱（示例域名） | e-mail (example domains)
  gender | 性别（代码） | gender (code)
  birth_date | 出生日期 | date of birth
  district | 居住区域（代码） | where they live (code)
  occupation | 职业（代码） | occupation (code)
  household | 家庭（代码） | household (code)
  level | 会员等级（代码），按最近 365 天净消费 | level (code), by what they spent in the last 365 days, returns off
  joined_at | 入会时间 | when they joined
  home_store_id | 入会门店 | store they joined at
  referred_by | 推荐人；空为无 | who brought them; empty: nobody
  consent_marketing | 是否同意接收营销信息 | whether they may be written to
members_truth | 会员的真相：只供培训师与测试使用 | The truth about members: for trainers and tests only
  member_id | 会员号 | member
  persona | 画像（代码） | persona (code)
  income_band | 收入水平（代码） | income band (code)
  visits_per_30_days | 活跃时每 30 天的购买次数 | visits per 30 days while active
  chance_to_stop | 每次购买后流失的概率 | chance to leave after a visit
  left_on | 最后一次活跃；空为仍活跃 | last active day; empty: still active
products | 商品 | Products
  product_id | 商品号 | product
  name | 名称 | name
  category | 品类（代码） | category (code)
  family | 品类细分（代码） | family (code)
  brand | 品牌（代码，虚构） | brand (code, invented)
  list_price | 标价，元/件 | price tag, yuan per piece
  cost | 期末进价，元/件 | what one piece costs at the end, yuan
  launched_on | 上市日期 | first day on sale
  shelf | 货架位置（代码） | where it stands (code)
stores | 门店 | Stores
  store_id | 门店号 | store
  name | 名称 | name
  street | 街道（虚构） | street (invented)
  city | 城市（代码，虚构） | city (code, invented)
  district | 区域（代码） | district (code)
  size | 面积，平方米 | floor space, square metres
  climate | 气候（代码） | climate (code)
  spending_level | 周边消费水平（代码） | how much people spend nearby (code)
  opened_on | 开业日期 | first day
  opens_at | 开门时间，点 | opening hour, 0–23
  closes_at | 关门时间，点 | closing hour, 0–24
staff | 员工 | Staff
  staff_id | 员工号 | member of staff
  name | 姓名（虚构） | name (invented)
  store_id | 门店 | store
  role | 岗位（代码） | role (code)
  gender | 性别（代码） | gender (code)
  hired_on | 入职日期 | first day of work
targets | 销售目标：门店与员工，按月 | Targets: per store and per person, by month
  store_id | 门店 | store
  staff_id | 员工；空为门店目标 | person; empty: the store's target
  month | 月份，如 2025-06 | month, as 2025-06
  revenue | 目标销售额，元 | revenue wanted, yuan
promotions | 促销 | Promotions
  promotion_id | 促销号 | promotion
  name | 名称 | name
  kind | 类型（代码） | kind (code)
  category | 品类（代码）；空为全场 | category (code); empty: everything
  starts_on | 开始日期 | first day
  ends_on | 结束日期 | last day
  percent_off | 折扣，% | per cent off
  threshold | 门槛，元 | basket from which it holds, yuan
  amount_off | 减免，元 | yuan off
  gift_product_id | 赠品 | product given
calendar | 日历 | Calendar
  date | 日期 | day
  weekday | 星期，1 为周一 | weekday, 1 is Monday
  season | 季节（代码） | season (code)
  holiday | 节日或大促（代码）；空为无 | holiday or sale season (code); empty: none
  is_workday | 是否工作日（含调休） | working day, made-up days counted
footfall | 客流：每店每小时 | Footfall: per store and hour
  store_id | 门店 | store
  hour | 该小时的开始 | the hour that begins then
  visitors | 进店人数 | people counted at the door
stock_daily | 库存日账：最近 365 天；退货退回供应商，不回货架 | Stock by day, the last 365 days; returns go to the supplier, not to the shelf
  store_id | 门店 | store
  product_id | 商品 | product
  date | 日期 | day
  on_hand | 当日结束时的现有库存，件 | pieces at the end of the day
  received | 当日入库，件 | pieces that came in
  sold | 当日售出，件 | pieces sold
surveys | 满意度调查 | Surveys
  survey_id | 问卷号 | answer
  member_id | 会员 | member
  asked_at | 回答时间 | when
  channel | 调查渠道（代码） | how they were asked (code)
  store_id | 门店 | store
  sale_id | 所问的那一单 | the receipt it is about
  waited | 收银等候，分钟；线上为空 | minutes waited at the till; empty online
  csat_goods | 商品满意度，1–5 | satisfied with the goods, 1–5
  csat_service | 服务满意度，1–5 | satisfied with the service, 1–5
  nps | 推荐意愿，0–10 | would recommend, 0–10
  comment | 意见 | in their words
comments | 社交媒体评论 | Public comments
  comment_id | 评论号 | comment
  at | 时间 | when
  channel | 平台类型（代码） | kind of platform (code)
  text | 内容 | text
  product_id | 所说的商品；空为门店 | the product it is about; empty: the shop
referrals | 转介绍 | Referrals
  referral_id | 推荐号 | referral
  member_id | 推荐人 | who recommended
  at | 时间 | when
  joined_member_id | 因此入会的人；空为没有 | who joined through it; empty: nobody
browsing | 线上浏览：最近 181 天 | Browsing: the last 181 days
  session_id | 一次访问 | session
  member_id | 会员；空为未登录 | member; empty: not signed in
  at | 时间 | when
  channel | 网店或小程序（代码） | web or mini-program (code)
  product_id | 商品 | product
  event | 步骤（代码）：浏览、加购、去结算、完成购买 | step (code): view, basket, checkout, buy
campaigns | 营销活动 | Campaigns
  campaign_id | 活动号 | campaign
  name | 名称 | name
  kind | 类型（代码） | kind (code)
  starts_on | 开始日期 | first day
  ends_on | 结束日期 | last day
  threshold | 券的门槛，元 | basket from which the voucher holds, yuan
  amount_off | 券的金额，元 | voucher, yuan
  cost_per_contact | 每次触达成本，元 | cost of reaching one person, yuan
campaign_contacts | 活动名单 | Who was chosen
  campaign_id | 活动 | campaign
  member_id | 会员 | member
  group | 组别（代码）：实验组、对照组 | group (code): treatment or control
  contacted_at | 触达时间；对照组为空 | when; empty in the control group
tickets | 服务工单 | Tickets
  ticket_id | 工单号 | ticket
  member_id | 会员 | member
  store_id | 门店 | store
  staff_id | 负责员工 | who is in charge
  kind | 类型（代码） | kind (code)
  channel | 渠道（代码） | channel (code)
  sale_id | 相关单号 | receipt
  product_id | 相关商品；空为无 | product; empty: none
  opened_at | 新建时间 | opened
  first_response_at | 首次响应时间 | first answered
  closed_at | 关闭时间；空为未关闭 | closed; empty: still open
  status | 状态（代码） | status (code)
  satisfaction | 对处理的满意度，1–5 | satisfied with how it was handled, 1–5
  subject | 主题 | subject
followups | 回访：最近一年 | Follow-up visits, the last year
  followup_id | 回访号 | follow-up
  member_id | 会员 | member
  store_id | 门店 | store
  staff_id | 负责员工 | who calls
  sale_id | 起因的那一单 | the receipt it follows
  product_id | 那一单里最贵的商品 | the dearest product on it
  kind | 类型（代码） | kind (code)
  due_on | 计划日期 | due
  done_on | 完成日期；空为未做 | done; empty: not done
  outcome | 结果（代码） | outcome (code)
  next_step | 下一步（代码） | next step (code)
opportunities | 销售机会：最近 18 个月 | Opportunities, the last 18 months
  opportunity_id | 机会编号 | opportunity
  member_id | 会员 | member
  store_id | 门店 | store
  staff_id | 负责员工 | who is in charge
  product_id | 商品 | product
  value | 预计金额，元 | expected value, yuan
  stage | 当前阶段（代码） | stage now (code)
  opened_on | 建立日期 | opened
  closed_on | 结束日期；空为进行中 | closed; empty: under way
  next_action_on | 下次行动日期 | next action due
  lost_reason | 未成交原因（代码） | why it was lost (code)
opportunity_stages | 机会经过的阶段 | The stages an opportunity passed
  opportunity_id | 机会 | opportunity
  stage | 阶段（代码） | stage (code)
  entered_at | 进入时间 | when it got there
"""


def _read(text: str) -> dict[str, dict[str, tuple[str, str]]]:
    tables: dict[str, dict[str, tuple[str, str]]] = {}
    for line in text.strip().splitlines():
        name, zh, en = (part.strip() for part in line.split("|"))
        if line.startswith("  "):
            tables[list(tables)[-1]][name] = (zh, en)
        else:
            tables[name] = {"": (zh, en)}
    return tables


COLUMNS = _read(_TEXT)
"""Table → column → (Chinese, English); the table's own line under the empty name."""
