"""Clean tables of different nature, made from a seed: what every damaged file of the suite starts from.

Belongs here: invented rows and what each column holds. Does not belong here: how a file is written or damaged.
People are synthetic: their identities have the prefixes 9901–9909, which no office issues.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高"
GIVEN = "秀英桂兰玉珍建国志强丽华文军海燕春梅永福金凤德明小红晓东"
TOWNSHIPS = ("丹凤街道", "雄壁镇", "葵山镇", "彩云镇", "竹基镇", "龙庆乡", "五龙乡", "高良乡")
VILLAGES = ("大同村", "小江村", "新寨村", "阿那黑村", "法块村", "者黑村", "石碑村", "山乌果村", "落红甸村")
OFFICES = ("县民政局", "县财政局", "县农业农村局", "县教育体育局", "县卫生健康局", "县水务局")
PURPOSES = ("春耕补贴", "危房改造款", "公益性岗位工资", "临时救助金", "学生营养餐费", "道路养护费", "饮水工程尾款")
WORDS = (
    *("amber", "basket", "copper", "drill", "enamel", "flask", "gravel", "hinge", "ivory", "jar", "kettle", "ladder"),
    *("marble", "nozzle", "oak", "pulley", "quilt", "rivet", "spade", "trowel", "urn", "valve", "winch", "yoke"),
)
CHARACTERS = "春夏秋冬山川草木花鸟风云雷电日月星辰金银铜铁东西南北上下左右红黄蓝绿青白黑"


@dataclass(frozen=True)
class Clean:
    """A clean table: ``kinds`` says what each column holds (id, code, text, long, int, money, date, percent, blank)."""

    name: str
    header: list[str]
    kinds: list[str]
    rows: list[list[str]]

    @property
    def width(self) -> int:
        """Columns."""
        return len(self.header)

    def of_kind(self, *kinds: str) -> list[int]:
        """The columns that hold one of these kinds."""
        return [column for column, kind in enumerate(self.kinds) if kind in kinds]


def identity(random: Random) -> str:
    """Eighteen characters with a prefix of no office, a true birth date and the right check character."""
    born = _day(random, 1935, 75)
    body = f"990{random.randint(1, 9)}{random.randint(1, 40):02d}{born:%Y%m%d}{random.randint(1, 999):03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def person(random: Random) -> str:
    """A name of two or three characters."""
    return random.choice(SURNAMES) + "".join(random.sample(GIVEN, random.randint(1, 2)))


def _day(random: Random, first_year: int, years: int) -> date:
    return date(first_year, 1, 1) + timedelta(days=random.randrange(365 * years))


def _money(random: Random, top: int = 90_000) -> str:
    return f"{random.randint(10, top)}.{random.randint(0, 99):02d}"


def _phrase(random: Random, words: int) -> str:
    return " ".join(random.choice(WORDS) for _ in range(words))


def _hanzi(random: Random, length: int) -> str:
    return "".join(random.choice(CHARACTERS) for _ in range(length))


def _register(random: Random) -> Clean:
    columns = {"姓名": "text", "证件号码": "id", "性别": "text", "机构代码": "code", "乡镇": "text", "村": "text"}
    columns |= {"家庭人口": "int", "人均纯收入": "money", "识别日期": "date", "备注": "text"}
    rows = []
    for _ in range(random.randint(30, 90)):
        place = [random.choice(TOWNSHIPS), random.choice(VILLAGES)]
        first = [person(random), identity(random), random.choice("男女"), f"{random.randint(10_000, 799_999):06d}"]
        amounts = [str(random.randint(1, 8)), _money(random, 20_000), str(_day(random, 2014, 9))]
        rows.append([*first, *place, *amounts, random.choice(("", "", "易地搬迁", "低保户"))])
    return Clean("register", list(columns), list(columns.values()), rows)


def _treasury(random: Random) -> Clean:
    columns = {"支付单号": "code", "付款单位": "text", "收款人": "text", "摘要": "long", "科目": "code"}
    columns |= {"金额": "money", "支付日期": "date"}
    rows = []
    for number in range(random.randint(30, 80)):
        what = f"{random.choice(TOWNSHIPS)}{random.choice(PURPOSES)}"
        if random.random() < 0.6:
            what += f",{random.randint(1, 12)}月份,共{random.randint(2, 90)}人"
        elif random.random() < 0.3:
            what = f'支付"{what}"，按合同执行'
        amount = float(_money(random, 900_000))
        money = f"{amount:,.2f}" if random.random() < 0.5 else f"{amount:.2f}"
        key = f"ZF2024{number + 1:06d}"
        subject = str(random.choice((2080901, 2130505, 2050299, 2210105)))
        rows.append([key, random.choice(OFFICES), person(random), what, subject, money, str(_day(random, 2024, 1))])
    return Clean("treasury", list(columns), list(columns.values()), rows)


def _statistics(random: Random) -> Clean:
    indicators: tuple[str, ...] = (
        "年末常住人口",
        "农村人口",
        "城镇化率",
        "生产总值",
        "人均生产总值",
        "粮食产量",
        "播种面积",
        "公路里程",
    )
    indicators += ("在校学生数", "卫生机构床位数", "森林覆盖率", "财政收入", "财政支出", "居民可支配收入", "恩格尔系数")
    indicators += ("用电量", "供水普及率", "固定电话用户", "脱贫户数", "帮扶资金")
    units = {"城镇化率": "%", "森林覆盖率": "%", "恩格尔系数": "%", "供水普及率": "%"}
    header = ["指标", "单位", *TOWNSHIPS]
    rows = []
    for year in (2022, 2023):
        for name in indicators:
            unit = units.get(name) or random.choice(("万元", "人", "吨", "亩", "公里"))
            top = 100 if unit == "%" else 90_000
            rows.append([f"{name}（{year}年）", unit, *(f"{random.uniform(1, top):.2f}" for _ in TOWNSHIPS)])
    return Clean("statistics", header, ["text", "text", *["money"] * len(TOWNSHIPS)], rows)


def _shop(random: Random) -> Clean:
    columns = {"Article": "code", "Description": "long", "Size": "text", "Price": "money", "Stock": "int"}
    columns |= {"Updated": "date", "Supplier": "text"}
    rows = []
    for _ in range(random.randint(20, 70)):
        words = _phrase(random, random.randint(2, 4))
        extra = random.choice(("", f", {random.choice(WORDS)}", ' 12" wide', ' "new" model', " maker's choice", ""))
        supplier = random.choice(("O'Neill & Sons", "Baker, Lee", "Nordic Tools", "D'Arcy Ltd", "Hill 'n' Dale"))
        size = random.choice(("S", "M", "L", "XL", '10"', "3/4"))
        key = f"{random.choice('ABCDEF')}{random.randint(1000, 9999)}"
        facts = [_money(random, 900), str(random.randint(0, 400)), str(_day(random, 2021, 3))]
        rows.append([key, words + extra, size, *facts, supplier])
    return Clean("shop", list(columns), list(columns.values()), rows)


def _narrow(random: Random) -> Clean:
    rows = [
        [str(number + 1), random.choice(VILLAGES) + _hanzi(random, 2), _money(random, 5_000)]
        for number in range(random.randint(20, 90))
    ]
    return Clean("narrow", ["编号", "名称", "数值"], ["int", "text", "money"], rows)


def _wide(random: Random) -> Clean:
    header, kinds = ["村名", "乡镇"], ["text", "text"]
    for number in range(1, 39):
        kind = ("int", "money", "text", "date")[number % 4]
        header.append({"int": "人数", "money": "金额", "text": "说明", "date": "日期"}[kind] + f"{number:02d}")
        kinds.append(kind)
    make: dict[str, Callable[[], str]] = {
        "int": lambda: str(random.randint(0, 3_000)),
        "money": lambda: _money(random, 8_000),
        "text": lambda: _hanzi(random, random.randint(2, 5)),
        "date": lambda: str(_day(random, 2020, 4)),
    }
    rows = [
        [random.choice(VILLAGES), random.choice(TOWNSHIPS), *(make[kind]() for kind in kinds[2:])]
        for _ in range(random.randint(20, 45))
    ]
    return Clean("wide", header, kinds, rows)


def _sparse(random: Random) -> Clean:
    header = ["序号", "户主", "电话", "传真", "收入一", "收入二", "走访日期", "其他", "意见"]
    kinds = ["int", "text", "code", "blank", "money", "money", "date", "blank", "text"]
    rows = []
    for number in range(random.randint(25, 80)):
        full = [str(number + 1), person(random), f"0874{random.randint(5_000_000, 5_999_999)}", "", _money(random)]
        full += [_money(random), str(_day(random, 2022, 2)), "", _hanzi(random, 4)]
        kept = {0, 1, random.choice((4, 5, 6))}
        rows.append([cell if at in kept or random.random() < 0.45 else "" for at, cell in enumerate(full)])
    return Clean("sparse", header, kinds, rows)


def _notes(random: Random) -> Clean:
    columns = {"编号": "code", "走访人": "text", "走访记录": "long", "日期": "date", "帮扶金额": "money"}
    rows = []
    for number in range(random.randint(20, 60)):
        lines = [
            f"{random.choice(PURPOSES)}已到位",
            f"家中{random.randint(1, 7)}人，{_hanzi(random, 4)}",
            _hanzi(random, 8),
        ]
        text = "\n".join(lines[: random.randint(1, 3)])
        day = str(_day(random, 2023, 1))
        rows.append([f"ZF{number + 1:04d}", person(random), text, day, _money(random, 9_000)])
    return Clean("notes", list(columns), list(columns.values()), rows)


def _words(random: Random) -> Clean:
    header = ["责任单位", "责任人", "任务", "地点", "进展"]
    rows = []
    for _ in range(random.randint(20, 80)):
        task = f"{random.choice(PURPOSES)}{_hanzi(random, 3)}"
        place = random.choice(TOWNSHIPS) + random.choice(VILLAGES)
        state = random.choice(("已完成", "进行中", "未开始", "已移交"))
        rows.append([random.choice(OFFICES), person(random), task, place, state])
    return Clean("words", header, ["text"] * 5, rows)


MAKERS: dict[str, Callable[[Random], Clean]] = {
    "register": _register,
    "treasury": _treasury,
    "statistics": _statistics,
    "shop": _shop,
    "narrow": _narrow,
    "wide": _wide,
    "sparse": _sparse,
    "notes": _notes,
    "words": _words,
}


@lru_cache(maxsize=512)
def clean_table(name: str, seed: int) -> Clean:
    """The clean table of that nature and seed; the same arguments give the same rows everywhere."""
    return MAKERS[name](Random(f"{name}/{seed}"))
