"""What the register of persons truly holds, as text in canonical form, one column per canonical header.

Belongs here: the columns of persons. Does not belong here: how a department spells them.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate.assistance import in_register_flags
from pipelines.simulate.calibration import calibration, villages
from pipelines.simulate.columns import (
    NONE,
    choose,
    fixed_texts,
    household_numbers,
    months_text,
    numbers,
    place_columns,
    weighted,
    yes,
)
from pipelines.simulate.county import County
from pipelines.simulate.households import HEAD, RELATIONS
from pipelines.simulate.register import REASONS, Snapshot, month_days
from pipelines.simulate.workforce import LABOUR, NO_POST, POSTS, is_student, labour_of, posts_at

_YEAR = 365.2425


def person_frame(county: County, snapshot: Snapshot) -> pl.DataFrame:
    """One row per registered person of the snapshot, in the order of village, household and relation."""
    register, texts = county.register, fixed_texts(county)
    village_of = np.full(len(register.village), 0, np.int64)
    village_of[snapshot.household] = snapshot.household_village
    order = np.lexsort(
        (snapshot.person, snapshot.person_relation, snapshot.person_household, village_of[snapshot.person_household])
    )
    person, household = snapshot.person[order], snapshot.person_household[order].astype(np.int64)
    relation = snapshot.person_relation[order]
    year = snapshot.month // 12
    head_of = np.zeros(len(register.village), np.int64)
    is_head = snapshot.person_relation == HEAD
    head_of[snapshot.person_household[is_head]] = snapshot.person[is_head]
    head = head_of[household]
    age = ((int(month_days(snapshot.month + 1)) - county.birth_day[person]) / _YEAR).astype(np.int64)
    trait = county.traits[:, person]
    house = county.household_traits[:, register.parent[household]]
    place, village = place_columns(village_of[household]), village_of[household]
    given = calibration()["place"]

    disabled = trait[2] < 0.05
    holder = disabled & (trait[3] < 0.5) & (age > 6)
    kind = (trait[3] * 1000).astype(np.int64) % 7
    grade = (trait[3] * 10000).astype(np.int64) % 4
    suffix = choose([f"{k}{g}" for k in range(1, 8) for g in range(1, 5)], np.where(holder, kind * 4 + grade, NONE))
    identity = texts["identity"].gather(person)
    document = identity + suffix.fill_null("")
    student = is_student(age, trait)
    stage = np.select([age < 6, age < 12, age < 15, age < 18], [0, 1, 2, 3], 4)
    schooling = np.select(
        [age < 6, age > 65, age > 40],
        [0, 1 + weighted(trait[1], [0.4, 0.52, 0.08]), 1 + weighted(trait[1], [0.1, 0.52, 0.33, 0.05])],
        1 + weighted(trait[1], [0.0, 0.22, 0.55, 0.13, 0.07, 0.03]),
    )
    labour = labour_of(county, person, snapshot.month)
    able = labour <= 2
    working = able & (age < 62) & (trait[5] < 0.62)
    where = weighted(trait[6], [0.39, 0.17, 0.44])
    post = posts_at(county, person, snapshot.month)
    on_post = post != NO_POST
    chronic = trait[8] < np.interp(age, [0, 40, 60, 90], [0.005, 0.04, 0.22, 0.4])
    ill = trait[9] < 0.014
    health = chronic * 1 + ill * 2 + disabled * 4
    healths = [
        ";".join(w for w, bit in (("长期慢性病", 1), ("患有大病", 2), ("残疾", 4)) if code & bit) or "健康"
        for code in range(8)
    ]
    added = register.added[person]
    new_here = (added // 12 == year) & (register.added_reason[person] > 0)
    support, tekun = in_register_flags(county, person, snapshot.month)
    columns = {
        "省": pl.repeat(given["province"], len(person), eager=True),
        "市": pl.repeat(given["prefecture"], len(person), eager=True),
        "县": pl.repeat(given["county"], len(person), eager=True),
        "乡": place["乡"],
        "村": place["村"],
        "自然村": choose([f"第{n}组" for n in range(1, 9)], (house[1] * 8).astype(np.int64)),
        "户编号": household_numbers(household),
        "人口编号": texts["member"].gather(person),
        "姓名": texts["name"].gather(person),
        "性别": texts["sex"].gather(person),
        "出生日期": texts["birth"].gather(person),
        "证件类型": choose(["居民身份证", "残疾人证"], holder.astype(np.int64)),
        "证件号码": document,
        "民族": texts["ethnic"].gather(person),
        "政治面貌": choose(
            ["群众", "共青团员", "中共党员"],
            np.where((age >= 14) & (age < 28) & (trait[10] < 0.3), 1, np.where((age > 20) & (trait[10] > 0.96), 2, 0)),
        ),
        "户联系电话": texts["phone"].gather(head),
        "成员联系电话": choose([""], np.full(len(person), NONE)),
        "年度": pl.repeat(str(year), len(person), eager=True),
        "与户主关系": choose(RELATIONS, relation.astype(np.int64)),
        "文化程度": choose(
            ["学龄前儿童", "文盲或半文盲", "小学", "初中", "高中", "大专", "本科及以上"],
            np.where(student, NONE, schooling),
        ),
        "在校生状况": choose(["学前教育", "小学", "初中", "高中阶段", "高等教育"], np.where(student, stage, NONE)),
        "失学或辍学原因": choose([""], np.full(len(person), NONE)),
        "劳动技能": choose(LABOUR, labour),
        "健康状况": choose(healths, health),
        "残疾类别": choose(
            ["视力残疾", "听力残疾", "言语残疾", "肢体残疾", "智力残疾", "精神残疾", "多重残疾"],
            np.where(disabled, kind, NONE),
        ),
        "残疾证办证年度": numbers(2005 + (trait[3] * 16).astype(np.int64).clip(0, year - 2005), holder),
        "务工所在地": choose(["云南省曲靖市师宗县", "云南省昆明市", "浙江省宁波市"], np.where(working, where, NONE)),
        "务工企业名称": choose(
            ["县内企业（模拟）", "昆明企业（模拟）", "宁波企业（模拟）"],
            np.where(working & (trait[11] < 0.5), where, NONE),
        ),
        "务工时间（月）": numbers(3 + (trait[11] * 10).astype(np.int64).clip(0, 9), working),
        "就业渠道": choose(["自行外出", "劳务输出", "县内就业"], np.where(working, (trait[5] * 4.8).astype(int), NONE)),
        "公益性岗位类型": choose(POSTS, np.where(on_post, post, NONE)),
        "公益性岗位(月数)": numbers(np.full(len(person), 12), on_post),
        "产业分类": choose(["种植业", "养殖业"], np.where(able & ~working, (trait[6] > 0.6).astype(int), NONE)),
        "是否国外务工": yes(np.zeros(len(person), bool)),
        "是否参加新型农村合作医疗（城乡居民基本医疗保险）": yes(trait[6] < 0.985),
        "是否参加城镇职工基本医疗保险": yes(trait[6] >= 0.985),
        "是否参加大病保险": yes(trait[6] < 0.985),
        "是否参加商业补充医疗保险": yes(trait[7] > 0.93),
        "是否接受大病医疗救助": yes(ill),
        "是否接受其他健康扶贫": yes(chronic & (trait[9] < 0.3)),
        "是否参加城乡居民基本养老保险": yes((age >= 16) & (trait[6] < 0.97)),
        "是否参加城镇职工基本养老保险": yes((age >= 16) & (trait[6] >= 0.985)),
        "是否享受低保": choose(["未享受", "农村低保"], support.astype(np.int64)),
        "是否特困供养人员": choose(["未享受", "农村特困"], tekun.astype(np.int64)),
        "是否会讲普通话": yes((age > 5) & (trait[8] > 0.05)),
        "是否现役军人": yes((age > 18) & (age < 24) & (trait[10] > 0.99)),
        "识别标准": choose(["国家标准", "省定标准"], (house[2] > 0.96).astype(np.int64)),
        "户主姓名": texts["name"].gather(head),
        "户主证件号码": texts["identity"].gather(head),
        "人员识别时间": months_text(added, np.ones(len(person), bool)),
        "首次识别时间": months_text(register.recognised[household], np.ones(len(person), bool)),
        "是否事实无人抚养儿童": yes((age < 16) & (trait[11] > 0.997)),
        "是否享受人身意外保险补贴": yes(trait[11] > 0.4),
        "大专或本科毕业生未就业原因": choose([""], np.full(len(person), NONE)),
        "生存状态": pl.repeat("正常", len(person), eager=True),
        "增加原因": choose(REASONS, np.where(new_here, register.added_reason[person], NONE)),
        "减少原因": choose([""], np.full(len(person), NONE)),
        "增加时间": months_text(added, new_here),
        "减少时间": choose([""], np.full(len(person), NONE)),
    }
    columns["area_code"] = choose(villages().codes, village)
    columns["_长名"] = place["long"]
    return pl.DataFrame(columns)
