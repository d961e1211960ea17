"""Sentences written one by one, in which every relation holds.

What belongs here: invented sentences for what templates do not reach — odd word order, long reach, several traps at
once. What does not: series of sentences that differ by their figures only (`templates.py`).
"""

from __future__ import annotations

from tests.factcheck_truth.hand_parts import RATIO, SHARE, Sentence, pct, right, total
from tests.factcheck_truth.templates import expect

RIGHT: list[Sentence] = [
    right("share", "在160个行政村里,有卫生室的达152个,占比95%。", pct("share", "152", "160", "95")),
    right(
        "share",
        "占全部样本三分之一的是外出户:360户中的120户。",
        expect("share", "120/360*100", "约33", also=RATIO) | {"optional": True},
    ),
    right(
        "share", "全年接待游客48.6万人次,其中外省游客14.1万人次,占29.0%。", pct("share", "[14.1万]", "[48.6万]", "29.0")
    ),
    right("share", "本次核查7,204户,占应核查户数7,350户的98.0%。", pct("share", "7204", "7350", "98.0")),
    right("share", "党员致富带头人213名,占带头人总数(640名)的33.28%。", pct("share", "213", "640", "33.28")),
    right(
        "share",
        "全县耕地36.4万亩,其中有效灌溉面积21.9万亩,占六成左右。",
        expect("share", "[21.9万]/[36.4万]*100", "60左右", also=RATIO),
    ),
    right("sum_of_parts", "总投资2.6亿元,中央1.2亿元、省0.8亿元、县0.6亿元。", total("1.2+0.8+0.6", "2.6")),
    right("sum_of_parts", "审计了8个部门、5个乡镇和3家国有企业,共16个单位。", total("8+5+3", "16")),
    right("sum_of_parts", "全乡有小学7所、教学点4个,合计11处办学点。", total("7+4", "11")),
    right(
        "sum_of_parts",
        "资金来源为:财政拨款1,240.50万元,单位自筹359.50万元,合计1,600.00万元。",
        total("1240.50+359.50", "1600.00"),
    ),
    right("sum_of_parts", "处理处分37人,其中给予党纪处分24人、政务处分13人。", total("24+13", "37")),
    right("sum_of_parts", "一、二、三季度分别脱贫210人、340人和415人,前三季度共965人。", total("210+340+415", "965")),
    right("sum_of_parts", "全镇3200亩地中,水稻1800亩、玉米900亩,余下500亩种蔬菜。", total("1800+900+500", "3200")),
    right(
        "sum_parallel",
        "易返贫户共318户1,104人(脱贫户201户712人,一般户117户392人)。",
        total("201+117", "318"),
        total("712+392", "1104"),
    ),
    right(
        "sum_parallel",
        "社区现有城镇居民2150户5863人、农村居民640户1987人,总计2790户7850人。",
        total("2150+640", "2790"),
        total("5863+1987", "7850"),
    ),
    right(
        "growth",
        "全年实现旅游收入3.36亿元,较2019年的2.80亿元增长20%。",
        expect("growth", "(3.36-2.80)/2.80*100", "20", rounded=True, also=RATIO),
    ),
    right(
        "growth",
        "行政运行支出压减8.0%,由上年的1,250万元压到1,150万元。",
        expect("growth", "(1250-1150)/1250*100", "8.0", rounded=True, also=RATIO),
    ),
    right(
        "growth",
        "农村居民人均可支配收入15,820元,比上年增加1,226元,同比增长8.4%。",
        expect("growth", "1226/(15820-1226)*100", "8.4", also=RATIO),
    ),
    right(
        "growth",
        "贷款余额比年初净增6.2亿元,增长12.5%,达到55.8亿元。",
        expect("growth", "6.2/(55.8-6.2)*100", "12.5", also=RATIO),
    ),
    right(
        "growth",
        "门诊量由3.2万人次增至3.7万人次,增长15%左右。",
        expect("growth", "([3.7万]-[3.2万])/[3.2万]*100", "15左右", also=RATIO),
    ),
    right("difference_points", "辍学率0.12%,上年为0.35%,降低0.23个百分点。", expect("difference", "0.35-0.12", "0.23")),
    right(
        "difference_points",
        "城镇化率达到46.8%,5年提高6.1个百分点(2015年为40.7%)。",
        expect("difference", "46.8-40.7", "6.1"),
    ),
    right(
        "difference_points",
        "脱贫人口收入增速14.2%,快于全县农民3.9个百分点(全县为10.3%)。",
        expect("difference", "14.2-10.3", "3.9"),
    ),
    right(
        "difference_amount",
        "“三公”经费决算数612.4万元,比预算数700万元少支出87.6万元。",
        expect("difference", "700-612.4", "87.6", also=("sum",)),
    ),
    right(
        "difference_amount",
        "贫困村由年初的45个减少到12个,一年退出33个。",
        expect("difference", "45-12", "33", also=("sum",)),
    ),
    right("rate", "应分红的34个合作社全部分红,分红率100%。", pct("ratio", "34", "34", "100") | {"optional": True}),
    right("rate", "截至9月末,下达资金5,460万元,已拨付4,231万元,拨付率77.49%。", pct("ratio", "4231", "5460", "77.49")),
    right("rate", "抽查的450名脱贫人口中错退1人,错退率为0.22%。", pct("ratio", "1", "450", "0.22")),
    right(
        "rate",
        "剩余贫困人口1,386人,按农村户籍人口19.8万人计算,贫困发生率0.70%。",
        pct("ratio", "1386", "[19.8万]", "0.70"),
    ),
    right("rate", "计划开工64个项目,实际开工61个,开工率95.3%。", pct("ratio", "61", "64", "95.3")),
    right(
        "per_head",
        "发放临时救助金86.4万元,惠及432户,平均每户2000元。",
        expect("ratio", "[86.4万]/432", "2000", rounded=True, also=("share", "sum")),
    ),
    right(
        "per_head",
        "共有1,150名护林员,每人每年补助8000元,全年需资金920万元。",
        expect("ratio", "1150*8000/10000", "920", also=("sum", "share")),
    ),
    right(
        "per_head",
        "粮食播种面积12.5万亩,总产量5.25万吨,平均亩产420公斤。",
        expect("ratio", "[5.25万]*1000/[12.5万]", "420", rounded=True, also=SHARE),
    ),
    right(
        "multiple",
        "村集体经济年收入突破24万元,是五年前6万元的4倍。",
        expect("ratio", "[24万]/[6万]", "4", rounded=True, also=("growth",)),
    ),
    right(
        "multiple",
        "人均收入从4,100元增加到8,230元,翻了一番多。",
        expect("ratio", "8230/4100", "2", op="ge", also=("growth", "bound")),
    ),
    right(
        "multiple",
        "网络零售额由0.9亿元增长到3.6亿元,增长了3倍。",
        expect("ratio", "3.6/0.9-1", "3", rounded=True, also=("growth",)),
    ),
    right(
        "bound",
        "全年完成培训1,260人次,超过年初确定的1,200人次目标。",
        expect("bound", "1260", "1200", op="ge", also=("difference",)),
    ),
    right(
        "bound", "新增债券2.4亿元,未突破2.5亿元的上限。", expect("bound", "2.4", "2.5", op="le", also=("difference",))
    ),
    right(
        "bound", "产业资金占比61.7%,满足不低于60%的规定。", expect("bound", "61.7", "60", op="ge", also=("difference",))
    ),
    right(
        "complement",
        "参训人员中女性占46.5%,其余53.5%为男性。",
        total("46.5+53.5", "100", rounded=True, also=("share", "bound")),
    ),
    right(
        "complement",
        "住院费用平均报销91.2%,个人自付8.8%。",
        total("91.2+8.8", "100", rounded=True, also=("share", "bound")),
    ),
    right("repeat", "全县共有312个网格。这312个网格全部配备了专职网格员。", expect("repeat", "312", "312")),
    right("repeat", "清理资产总值9.83亿元。目前,9.83亿元资产已全部登记。", expect("repeat", "9.83", "9.83")),
    right(
        "chinese_numerals", "两个重点县十一个重点村,加上其他三个县的九个重点村,共二十个重点村。", total("11+9", "20")
    ),
    right("chinese_numerals", "三十六个项目中三十三个已完工,完工率91.7%。", pct("ratio", "33", "36", "91.7")),
    right(
        "chinese_numerals",
        "五十户搬迁户里有一半,也就是二十五户,在园区就业。",
        expect("share", "25/50*100", "50", rounded=True, also=RATIO) | {"optional": True},
    ),
    right("full_width", "全县共有村级光伏电站８２座,其中联村电站１９座、单村电站６３座。", total("19+63", "82")),
    right(
        "full_width",
        "脱贫人口参保３７，２１５人,参保率１００％(应参保３７，２１５人)。",
        pct("ratio", "37215", "37215", "100") | {"optional": True},
    ),
    right("spaced_digits", "全市200 个村中已退出 191 个,占 95. 5 %。", pct("share", "191", "200", "95.5")),
    right(
        "spaced_digits", "财政投入 1 284. 6 万元,其中省级 900 万元、县级 384. 6 万元。", total("900+384.6", "1284.6")
    ),
    right(
        "approximate",
        "搬迁群众近3000人(实为2,968人),已就业1,500余人,约占一半。",
        expect("share", "[1500余]/2968*100", "约50", also=RATIO) | {"optional": True},
    ),
    right(
        "approximate",
        "消费帮扶销售额1,030余万元,约合1000万元,是全县目标的两倍。",
        expect("repeat", "[1030余]", "约1000") | {"optional": True},
    ),
    right(
        "yearly_cumulative",
        "2019年、2020年分别安排4,600万元和5,150万元,两年累计9,750万元。",
        total("4600+5150", "9750"),
    ),
    right("yearly_cumulative", "分三年实施:首年15个村,次年22个村,末年8个村,共45个村。", total("15+22+8", "45")),
    right(
        "shared_subject",
        "全县脱贫不稳定户152户,占监测户400户的38%,边缘易致贫户180户,占45%,突发严重困难户68户,占17%。",
        pct("share", "152", "400", "38"),
        pct("share", "180", "400", "45"),
        pct("share", "68", "400", "17"),
    ),
    right(
        "shared_subject",
        "预算安排860万元,上半年支出430万元,进度50.0%,全年支出843万元,进度98.0%。",
        pct("ratio", "430", "860", "50.0"),
        pct("ratio", "843", "860", "98.0"),
    ),
    right(
        "table_lines",
        "项目 金额(万元) 占比(%)\n产业 612 51.0\n基建 408 34.0\n其他 180 15.0\n合计 1200 100.0",
        total("612+408+180", "1200"),
        pct("share", "612", "1200", "51.0") | {"optional": True},
    ),
    right(
        "table_lines",
        "年份  脱贫户  脱贫人\n2018  312  1104\n2019  208  733\n小计  520  1837",
        total("312+208", "520"),
        total("1104+733", "1837"),
    ),
    right(
        "subset",
        "全村462户,其中低保户31户、特困户4户。",
        expect("bound", "31+4", "462", op="le", also=("sum",)) | {"optional": True},
    ),
    right(
        "ranges",
        "每个村安排资金20万元至30万元,12个村共安排288万元。",
        expect("bound", "12*30", "288", op="ge", also=("ratio", "sum")) | {"optional": True},
    ),
]
