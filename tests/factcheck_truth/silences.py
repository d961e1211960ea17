"""Templates of sentences full of figures in which nothing may be reported: the near-misses.

What belongs here: wording that a careless checker takes for a relation — open lists, overlapping groups, growth at
constant prices, means of groups, plans, ordinals, document numbers. What does not: anything with a relation to check.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Silence = Callable[[Random, int], str]


def constant_prices(rng: Random, i: int) -> str:
    before, after = rng.randint(300, 400), rng.randint(430, 520)
    g = rng.randint(31, 79) / 10
    return [
        f"全年地区生产总值{after}.32亿元，按可比价格计算，比上年增长{g}%；上年为{before}.18亿元。",
        f"农业总产值由{before}.7亿元增加到{after}.4亿元，扣除价格因素实际增长{g}%。",
        f"第三产业增加值{after}.6亿元（上年{before}.9亿元），按不变价格计算增长{g}%。",
    ][i % 3]


def open_list(rng: Random, i: int) -> str:
    whole = rng.randint(700, 990)
    a, b = rng.randint(20, 200), rng.randint(30, 240)
    return [
        f"全县现有医疗卫生机构{whole}个，其中医院{a}个、乡镇卫生院{b}个。",
        f"各类市场主体{whole}户，其中合作社{a}户。",
        f"培育经营主体{whole}个，包括龙头企业{a}家、家庭农场{b}家等。",
        f"累计办理事项{whole}件，主要有社保{a}件、户籍{b}件。",
    ][i % 4]


def overlapping(rng: Random, i: int) -> str:
    whole = rng.randint(200, 400)
    a, b = rng.randint(150, 190), rng.randint(140, 199)
    return [
        f"监测户{whole}户中，有病人的{a}户，有残疾人的{b}户，不少家庭既有病人又有残疾人。",
        f"受访的{whole}人可多选，选择技术培训的{a}人，选择资金支持的{b}人，选择销路的{b - 30}人。",
        f"{whole}个项目中，未批先建{a}个，超概算{b}个，部分项目同时存在两类问题。",
    ][i % 3]


def rounded_shares(rng: Random, i: int) -> str:
    a = rng.randint(301, 449) / 10
    b = rng.randint(201, 299) / 10
    c = round((99.9 if i % 2 else 100.1) - a - b, 1)
    return [
        f"三类监测对象分别占{a}%、{b}%和{c}%。",
        f"从年龄看，青年占{a}%，中年占{b}%，老年占{c}%。",
        f"三次产业结构为{b}∶{a}∶{c}。",
    ][i % 3]


def means_of_groups(rng: Random, i: int) -> str:
    a, b = rng.randint(9000, 12000), rng.randint(15000, 19000)
    mean = a + (b - a) * rng.randint(2, 4) // 10
    return [
        f"城镇居民人均可支配收入{b}元，农村居民{a}元，全体居民{mean}元。",
        f"甲县户均收入{b}元，乙县户均收入{a}元，两县平均{mean}元。",
        f"男职工人均工资{b}元，女职工{a}元，全部职工平均{mean}元。",
    ][i % 3]


def other_date_or_group(rng: Random, i: int) -> str:
    a, b = rng.randint(2000, 2900), rng.randint(3000, 3900)
    return [
        f"2018年底全县在校学生{a}人，2020年底为{b}人。",
        f"截至6月底完成投资{a}万元，截至9月底完成投资{b}万元。",
        f"普查登记农户{b}户，用电户{a}户，两者口径不同。",
        f"全市有脱贫户{b}户，我县有脱贫户{a}户。",
    ][i % 4]


def targets(rng: Random, i: int) -> str:
    a, b = rng.randint(300, 500), rng.randint(520, 800)
    return [
        f"计划培训{b}人次，目前已开展{a}人次，其余在下半年完成。",
        f"到2025年，力争建成示范村{b}个，现有{a}个。",
        f"年度目标为{a}户，实际完成{b}户。",
        f"“十四五”末产业规模达到{b}亿元以上，其中明年达到{a}亿元。",
    ][i % 4]


def ordinals_and_scores(rng: Random, i: int) -> str:
    a, b = rng.randint(3, 20), rng.randint(60, 99)
    return [
        f"综合得分{b}.5分，列全省第{a}位，较上年前移{a - 1}位。",
        f"对{b}个责任区每月排名，前{a}名奖励，后{a - 1}名约谈。",
        f"自评得{b}分，其中管理指标权重{a}%，单项最高{a}分。",
        f"会议审议通过第{a}号提案，第{b}次修订稿同时印发。",
    ][i % 4]


def numbers_of_documents(rng: Random, i: int) -> str:
    a, b = rng.randint(3, 99), rng.randint(3, 60)
    return [
        f"根据云政发〔2021〕{a}号文件第{b}条，制定本办法。",
        f"依照《资金管理办法》第{b}条、第{b + 2}条和第{a}款执行。",
        f"监督电话0990-66{a:02d}8{b:02d}，邮编9902{b:02d}。",
        f"公告期为2024年2月{b % 20 + 1}日至2024年3月{a % 20 + 1}日，共{a}页附件。",
    ][i % 4]


def growth_without_base(rng: Random, i: int) -> str:
    a, g = rng.randint(200, 900), rng.randint(21, 99) / 10
    return [
        f"全年完成投资{a}.5亿元，增长{g}%，其中工业投资增长{g + 3:.1f}%。",
        f"粮食产量{a}万吨，增产{g}%，连续{a % 9 + 3}年丰收。",
        f"居民消费价格上涨{g}%，其中食品上涨{g + 1:.1f}%、居住上涨{g - 1:.1f}%。",
        f"进出口总额{a}亿元，增长{g}%，出口增长{g + 2:.1f}%，进口下降{g}%。",
    ][i % 4]


def separate_rates(rng: Random, i: int) -> str:
    a, b = rng.randint(871, 989) / 10, rng.randint(851, 969) / 10
    return [
        f"集中供水率、自来水普及率分别达到{a}%和{b}%。",
        f"门诊报销比例{b}%，住院报销比例{a}%。",
        f"义务教育巩固率{a}%，高中毛入学率{b}%，毛入园率{b - 4:.1f}%。",
    ][i % 3]


def annual_and_cumulative(rng: Random, i: int) -> str:
    a, b = rng.randint(200, 900), rng.randint(2000, 9000)
    return [
        f"今年新建厕所{a}座，历年累计建成{b}座。",
        f"2020年发放贷款{a}笔，五年累计发放{b}笔。",
        f"本年消除风险{a}户，其中一部分是以前年度纳入的，年末在册{b}户。",
    ][i % 3]


def households_and_visits(rng: Random, i: int) -> str:
    a, b = rng.randint(900, 1500), rng.randint(2000, 5200)
    return [
        f"全镇脱贫户{a}户，全年帮扶{b}户次，发放物资{b + 300}份。",
        f"有{a}名干部走访农户{b}人次，召开会议{a // 10}场。",
        f"向{a}户发放贷款{b}笔，最多的一户贷款3笔。",
    ][i % 3]


def ranges_and_bounds(rng: Random, i: int) -> str:
    a = rng.randint(3, 9)
    return [
        f"每户补助{a}000元至{a + 2}000元，按面积确定。",
        f"对{a}人以上户每人补助1.{a}万元，{a}人以下户据实补助。",
        f"每村配备{a}—{a + 2}名护林员，月工资{a}00元以上。",
        f"按超过4000元、8000元、1万元三档，分别奖励1000元、2000元和{a}000元。",
    ][i % 4]


def model_names(rng: Random, i: int) -> str:
    a = rng.randint(2, 9)
    return [
        f"推行“1+{a}”“{a}+N”帮扶模式，形成“3331”增收格局。",
        f"实施“{a}个10万亩”工程，建设“100万头”生猪基地。",
        f"落实“两不愁三保障”和“{a}有一超”标准，做到“{a}个不摘”。",
    ][i % 3]


def rates_above_hundred(rng: Random, i: int) -> str:
    a = rng.randint(1012, 1289) / 10
    return [
        f"全年任务完成率{a}%，超额完成目标。",
        f"税收完成预算的{a}%，好于预期。",
        f"居民消费价格指数为{a}（上年=100）。",
    ][i % 3]


SILENCES: dict[str, Silence] = {
    "constant_prices": constant_prices,
    "open_list": open_list,
    "overlapping": overlapping,
    "rounded_shares": rounded_shares,
    "means_of_groups": means_of_groups,
    "other_date_or_group": other_date_or_group,
    "targets": targets,
    "ordinals_and_scores": ordinals_and_scores,
    "numbers_of_documents": numbers_of_documents,
    "growth_without_base": growth_without_base,
    "separate_rates": separate_rates,
    "annual_and_cumulative": annual_and_cumulative,
    "households_and_visits": households_and_visits,
    "ranges_and_bounds": ranges_and_bounds,
    "model_names": model_names,
    "rates_above_hundred": rates_above_hundred,
}
