"""Sentences written one by one, in which one relation or more does not hold.

What belongs here: invented sentences for what templates do not reach — odd word order, long reach, several traps at
once. What does not: series of sentences that differ by their figures only (`templates.py`).
"""

from __future__ import annotations

from tests.factcheck_truth.hand_parts import RATIO, Sentence, pct, total, wrong
from tests.factcheck_truth.templates import expect

WRONG: list[Sentence] = [
    wrong("share", "全市240个贫困村累计退出216个,占91.5%。", pct("share", "216", "240", "91.5")),
    wrong("share", "参加合作社的农户3,480户,占全镇农户5,800户的65.0%。", pct("share", "3480", "5800", "65.0")),
    wrong(
        "share", "现有劳动力18,450人,其中外出务工9,963人,占劳动力总数的45.0%。", pct("share", "9963", "18450", "45.0")
    ),
    wrong("share", "抽查票据620份,不合规93份,占抽查数的1.5%。", pct("share", "93", "620", "1.5")),
    wrong("share", "少数民族人口6.2万人,占总人口28.4万人的24.8%。", pct("share", "[6.2万]", "[28.4万]", "24.8")),
    wrong("sum_of_parts", "总投资3.2亿元,中央1.6亿元、省1.1亿元、县0.9亿元。", total("1.6+1.1+0.9", "3.2")),
    wrong("sum_of_parts", "审计了9个部门、6个乡镇和2家企业,共19个单位。", total("9+6+2", "19")),
    wrong(
        "sum_of_parts",
        "外出务工9,264人,其中县内3,160人、县外省内2,079人、省外3,869人。",
        total("3160+2079+3869", "9264"),
    ),
    wrong(
        "sum_of_parts",
        "全年安排项目318个,其中产业类142个、基础设施类131个、公共服务类67个。",
        total("142+131+67", "318"),
    ),
    wrong(
        "sum_of_parts",
        "上半年发放补贴126.8万元,下半年发放139.4万元,全年合计发放276.2万元。",
        total("126.8+139.4", "276.2"),
    ),
    wrong("sum_of_parts", "追责问责52人,其中处级3人、科级19人、其他干部28人。", total("3+19+28", "52")),
    wrong(
        "sum_of_parts",
        "清理资产6,230件,分别为县管106件、乡管2,352件、村管3,140件、户管532件。",
        total("106+2352+3140+532", "6230"),
    ),
    wrong(
        "sum_parallel",
        "搬迁860户3,217人,其中集中安置702户2,640人,分散安置158户597人。",
        total("702+158", "860"),
        total("2640+597", "3217"),
    ),
    wrong(
        "sum_parallel",
        "低保对象2,045户4,380人,其中城市415户802人、农村1,630户3,678人。",
        total("415+1630", "2045"),
        total("802+3678", "4380"),
    ),
    wrong(
        "growth",
        "全年投入2,760万元,比上年的2,300万元增长25%。",
        expect("growth", "(2760-2300)/2300*100", "25", rounded=True, also=RATIO),
    ),
    wrong(
        "growth",
        "收入由9,800元提高到11,270元,增长13.0%。",
        expect("growth", "(11270-9800)/9800*100", "13.0", rounded=True, also=RATIO),
    ),
    wrong(
        "growth",
        "公用经费支出84万元,比上年减少21万元,下降25.0%。",
        expect("growth", "21/(84+21)*100", "25.0", rounded=True, also=RATIO),
    ),
    wrong(
        "growth",
        "各项存款余额318.5亿元,比年初增加24.5亿元,增长7.7%。",
        expect("growth", "24.5/(318.5-24.5)*100", "7.7", also=RATIO),
    ),
    wrong(
        "growth",
        "同比增长18.6%,由上年的512万元增加到586万元。",
        expect("growth", "(586-512)/512*100", "18.6", rounded=True, also=RATIO),
    ),
    wrong("difference_points", "贫困发生率由9.4%降至2.1%,下降6.3个百分点。", expect("difference", "9.4-2.1", "6.3")),
    wrong(
        "difference_points", "入户率98.6%,比上季度的95.1%提高4.5个百分点。", expect("difference", "98.6-95.1", "4.5")
    ),
    wrong("difference_points", "全县增速10.3%,高于全市(8.9%)1.6个百分点。", expect("difference", "10.3-8.9", "1.6")),
    wrong(
        "difference_amount",
        "结转资金由1,860万元压减到742万元,减少1,218万元。",
        expect("difference", "1860-742", "1218", also=("sum",)),
    ),
    wrong(
        "difference_amount",
        "合同价3,450万元,结算价3,210万元,节约340万元。",
        expect("difference", "3450-3210", "340", also=("sum",)),
    ),
    wrong(
        "difference_amount",
        "全县贫困户由2,640户减少到318户,五年减少2,232户。",
        expect("difference", "2640-318", "2232", also=("sum",)),
    ),
    wrong("rate", "应整改120项,已完成整改104项,整改率91.7%。", pct("ratio", "104", "120", "91.7")),
    wrong("rate", "到位资金8,240万元,支出7,416万元,支出率95.0%。", pct("ratio", "7416", "8240", "95.0")),
    wrong("rate", "剩余贫困人口2,180人,农村户籍人口21.8万人,贫困发生率0.1%。", pct("ratio", "2180", "[21.8万]", "0.1")),
    wrong("rate", "调查1,500户,漏评6户,漏评率0.6%。", pct("ratio", "6", "1500", "0.6")),
    wrong("rate", "受访420人,满意399人,满意率高达98.5%。", pct("ratio", "399", "420", "98.5")),
    wrong(
        "per_head",
        "为520户发放补助,户均3,000元,合计166万元。",
        expect("ratio", "520*3000/10000", "166", also=("sum", "share")),
    ),
    wrong(
        "per_head",
        "兑现工资64.8万元,涉及108人,人均7,000元。",
        expect("ratio", "[64.8万]/108", "7000", rounded=True, also=("share", "sum")),
    ),
    wrong(
        "per_head",
        "种植面积2,400亩,亩均收益1,500元,总收益420万元。",
        expect("ratio", "2400*1500/10000", "420", also=("sum", "share")),
    ),
    wrong(
        "multiple",
        "年产值由320万元增加到960万元,是原来的4倍。",
        expect("ratio", "960/320", "4", rounded=True, also=("growth",)),
    ),
    wrong("multiple", "接待人次由2.1万增加到6.3万,增长了3倍。", expect("ratio", "6.3/2.1-1", "3", also=("growth",))),
    wrong("multiple", "村集体收入从18万元增加到27万元,翻了一番。", expect("ratio", "18*2", "27", also=("growth",))),
    wrong("bound", "支出率为93.8%,超过95%的考核要求。", expect("bound", "93.8", "95", op="ge", also=("difference",))),
    wrong(
        "bound", "培训三年共计860人,达到900人以上的目标。", expect("bound", "860", "900", op="ge", also=("difference",))
    ),
    wrong("bound", "贫困发生率降至3.4%,控制在3%以下。", expect("bound", "3.4", "3", op="le", also=("difference",))),
    wrong("subset", "现有农户512户,其中脱贫户581户。", expect("bound", "581", "512", op="le", also=("sum", "share"))),
    wrong(
        "subset",
        "参保率达到103.6%,做到应保尽保。",
        expect("bound", "103.6", "100", op="le", also=("share", "ratio", "unit")),
    ),
    wrong(
        "subset",
        "全部项目中闲置资产占112.0%。",
        expect("bound", "112.0", "100", op="le", also=("share", "ratio", "unit")),
    ),
    wrong(
        "complement",
        "住院费用报销89.6%,其余14.0%由个人负担。",
        total("89.6+14.0", "100", rounded=True, also=("share", "bound")),
    ),
    wrong(
        "complement",
        "参会代表男性占62.0%,女性占48.0%。",
        total("62.0+48.0", "100", rounded=True, also=("share", "bound")),
    ),
    wrong(
        "repeat",
        "确保现行标准下6.82万农村贫困人口脱贫。……三年内实现全县未脱贫的6.28万农村贫困人口全部脱贫。",
        expect("repeat", "[6.82万]", "6.28万"),
    ),
    wrong("repeat", "全镇监测对象共86户。年末,全镇68户监测对象均落实了帮扶措施。", expect("repeat", "86", "68")),
    wrong(
        "unit_slip",
        "五年累计投入2.96亿万元用于道路建设。",
        {"kind": "unit", "verdict": "inconsistent", "published": "2.96亿万元", "recomputed": "2.96亿元"},
    ),
    wrong(
        "unit_slip",
        "贫困发生率在15以上的村列为重点。",
        {"kind": "unit", "verdict": "inconsistent", "published": "15以上", "recomputed": "15%以上"},
    ),
    wrong(
        "unit_slip",
        "群众满意度由上年的92提高到96.5%。",
        {"kind": "unit", "verdict": "inconsistent", "published": "92", "recomputed": "92%"},
    ),
    wrong("chinese_numerals", "全县辖八镇、五乡、三个街道,共十八个乡镇(街道)。", total("8+5+3", "18")),
    wrong("chinese_numerals", "四十个村中三十二个达标,达标率85%。", pct("ratio", "32", "40", "85")),
    wrong("full_width", "共有项目１２６个,其中已完工９８个、在建３６个。", total("98+36", "126")),
    wrong("spaced_digits", "全县退出 5 120 人,占 6 400 人的 85. 0 %。", pct("share", "5120", "6400", "85.0")),
    wrong(
        "approximate", "登记劳动力6,000人,务工1,260人,约占五成。", expect("share", "1260/6000*100", "约50", also=RATIO)
    ),
    wrong(
        "yearly_cumulative",
        "2018年退出12个村、2019年退出25个村、2020年退出9个村,三年共退出48个村。",
        total("12+25+9", "48"),
    ),
    wrong(
        "shared_subject",
        "回收问卷500份,满意的430份,占86.0%,一般的50份,占10.0%,不满意的20份,占6.0%。",
        pct("share", "430", "500", "86.0"),
        pct("share", "50", "500", "10.0"),
        pct("share", "20", "500", "6.0"),
    ),
    wrong(
        "shared_subject",
        "在剩余的4,000人中,甲县1,240人,占31.0%,乙县960人,占24.0%,丙县1,800人,占54.0%。",
        pct("share", "1240", "4000", "31.0"),
        pct("share", "960", "4000", "24.0"),
        pct("share", "1800", "4000", "54.0"),
    ),
    wrong(
        "table_lines",
        "乡镇 户数 人数\n甲镇 120 433\n乙镇 98 351\n丙乡 76 262\n合计 294 1146",
        total("120+98+76", "294"),
        total("433+351+262", "1146"),
    ),
    wrong(
        "ranges",
        "按每户800元至1000元给予奖励,共奖励500户62万元。",
        expect("bound", "500*1000/10000", "62", op="ge", also=("ratio", "sum")) | {"optional": True},
    ),
]
