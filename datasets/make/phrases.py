"""What people write, in both languages: the same place in both lists says the same thing."""

SURVEY = {
    "zh": {
        "slow": ["收银排队太久了。", "中午人多,等了很久才结账。", "只开了一个收银台,希望再开一个。", "东西不错,就是排队慢。"],
        "bad_goods": ["用了两周就坏了。", "质量不如以前。", "和标签上写的不一样。", "涨价了,质量却下降了。"],
        "praise": ["店员很耐心,推荐得很合适。", "东西好用,会再来。", "价格实在,质量也好。", "退换很方便,谢谢。"],
        "neutral": ["还可以。", "希望多一些新品。", "位置好找。", "没有买到想要的规格。"],
    },
    "en": {
        "slow": ["The queue at the till took too long.", "Crowded at noon, I waited a long time to pay.", "Only one till was open; please open another.", "Good things, slow queue."],
        "bad_goods": ["Broke after two weeks.", "The quality is not what it was.", "Not what the label says.", "Dearer than before, and worse."],
        "praise": ["Patient staff who recommended just the right thing.", "Works well, I will come again.", "Fair prices and good quality.", "Exchanging it was easy, thank you."],
        "neutral": ["It is all right.", "I would like to see more new things.", "Easy to find.", "They did not have the size I wanted."],
    },
}  # fmt: skip
COMMENT_PRODUCT = {
    "zh": {
        "good": ["{name}回购第三次了,推荐!", "终于找到好用的了:{name}。", "{name}包装好看,送人也合适。", "同事推荐的{name},没失望。"],
        "neutral": ["有人用过{name}吗?", "{name}什么时候有活动?", "{name}中规中矩吧。", "在店里看到{name},先观望一下。"],
        "bad": ["{name}用了没几天就坏了……", "{name}涨价了,不值。", "{name}和图片不一样,失望。", "{name}总是缺货,跑了三趟。"],
    },
    "en": {
        "good": ["Third time I bought {name}. Recommended!", "Found one that works at last: {name}.", "{name} looks lovely, good as a present too.", "A colleague told me about {name}. Not disappointed."],
        "neutral": ["Has anyone tried {name}?", "When will {name} be on offer?", "{name} is so-so.", "Saw {name} in the shop, thinking about it."],
        "bad": ["{name} broke within days…", "{name} got dearer. Not worth it.", "{name} is not like the picture. Disappointed.", "{name} is always sold out. Went there three times."],
    },
}  # fmt: skip
COMMENT_SHOP = {
    "zh": {
        "good": ["这家店的店员真的很用心。", "下班顺路逛逛,心情变好。", "会员日的优惠很实在。"],
        "neutral": ["最近上了不少新品。", "周末人有点多。", "不知道附近还有没有分店。"],
        "bad": ["排队结账太慢了。", "想买的又没货。", "客服半天才回复。"],
    },
    "en": {
        "good": ["The staff in this shop really care.", "A stroll there after work lifts my mood.", "Members' day offers are worth it."],
        "neutral": ["Quite a few new things lately.", "A bit crowded at weekends.", "Is there another branch nearby?"],
        "bad": ["Paying takes far too long.", "What I wanted was out of stock again.", "Customer service took half a day to answer."],
    },
}  # fmt: skip
TICKET = {
    "zh": {
        "complaint": ["商品使用不久损坏", "排队时间过长", "店员态度冷淡", "标价与结算不一致"],
        "enquiry": ["询问是否有货", "询问营业时间", "询问会员权益"],
        "return_exchange": ["要求退货", "要求换一个规格", "线上订单换货"],
        "repair": ["小家电需要维修", "保温杯不保温,要求检修"],
        "delivery": ["快递迟迟未到", "包裹破损"],
        "points_account": ["积分未到账", "手机号需要更新"],
        "suggestion": ["建议增加无糖饮品", "建议中午多开收银台"],
    },
    "en": {
        "complaint": ["Goods broke after little use", "Queue was too long", "Staff were cold", "Price tag and receipt differ"],
        "enquiry": ["Asks whether it is in stock", "Asks for opening hours", "Asks what members get"],
        "return_exchange": ["Wants to return goods", "Wants another size", "Exchange of an online order"],
        "repair": ["Small appliance needs repair", "Flask does not keep warm, asks for a check"],
        "delivery": ["Parcel has not come", "Parcel was damaged"],
        "points_account": ["Points were not credited", "Phone number needs updating"],
        "suggestion": ["Suggests more unsweetened drinks", "Suggests more tills at noon"],
    },
}  # fmt: skip
