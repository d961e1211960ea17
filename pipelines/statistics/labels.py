"""Words for the figures: a short name, the unit and the convention of each, in both languages.

Belongs here: texts by measure. Does not belong here: figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.contracts import Text
from pipelines.statistics.cleaning import Convention
from pipelines.statistics.measures import Domain

LABELS: Mapping[str, Text] = MappingProxyType(
    {
        "headcount": Text(zh="线下人口比例（FGT0）", en="Income headcount share (FGT0)"),
        "gap": Text(zh="贫困差距指数（FGT1）", en="Poverty gap index (FGT1)"),
        "severity": Text(zh="贫困强度指数（FGT2）", en="Poverty severity index (FGT2)"),
        "watts": Text(zh="瓦茨指数", en="Watts index"),
        "income_gap_ratio": Text(zh="收入缺口率", en="Income gap ratio"),
        "sen": Text(zh="森指数", en="Sen index"),
        "gini": Text(zh="基尼系数", en="Gini index"),
        "theil_t": Text(zh="泰尔T指数", en="Theil T index"),
        "theil_l": Text(zh="泰尔L指数（平均对数离差）", en="Theil L index (mean log deviation)"),
        "atkinson": Text(zh="阿特金森指数", en="Atkinson index"),
        "quintile_ratio": Text(zh="收入五等份比（S80/S20）", en="Income quintile share ratio (S80/S20)"),
        "at_risk_rate": Text(zh="相对贫困风险率", en="At-risk-of-poverty rate"),
        "median_gap": Text(zh="相对贫困中位差距", en="Relative median at-risk-of-poverty gap"),
        "mean": Text(zh="人均收入", en="Mean income per person"),
        "median": Text(zh="收入中位数", en="Median income per person"),
    }
)

DOMAINS: Mapping[Domain, Text] = MappingProxyType(
    {
        Domain.ALL: Text(zh="分母为全部人口", en="everybody is in the denominator"),
        Domain.NOT_NEGATIVE: Text(zh="不含负收入", en="negative incomes are left out"),
        Domain.POSITIVE: Text(zh="只含大于0的收入", en="only incomes above 0"),
    }
)

CONVENTIONS: Mapping[Convention, Text] = MappingProxyType(
    {
        Convention.REGISTER: Text(
            zh="台账口径：亏损户计入线下人口，差距和强度按0计，不进入基尼等不平等指标",
            en="register convention: loss-making households count in the headcount, as 0 in gap and severity, and are "
            "left out of Gini and the other inequality measures",
        ),
        Convention.WBPIP: Text(
            zh="世界银行口径（wbpip）：负收入全部剔除，零收入保留",
            en="World Bank convention (wbpip): negative incomes are dropped, zeros are kept",
        ),
    }
)

BELOW = Text(zh="严格低于贫困线才算贫困", en="poor is strictly below the line")
AT_OR_BELOW = Text(zh="等于贫困线也算贫困（线加1e-10）", en="at the line is poor too (line + 1e-10)")

LINEARISED = "linearisation"
DRAWN = "bootstrap"

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "nobody is below the line": Text(zh="没有人低于贫困线", en="nobody is below the line"),
        "nobody is below the threshold": Text(zh="没有人低于该门槛", en="nobody is below the threshold"),
        "all incomes are zero": Text(zh="收入全部为0", en="all incomes are zero"),
        "the poorest fifth has no income": Text(zh="最低五分之一没有收入", en="the poorest fifth has no income"),
        "the median income is not above 0": Text(zh="收入中位数不大于0", en="the median income is not above 0"),
        "there is no income in this part of the distribution": Text(
            zh="没有符合口径的收入", en="there is no income in this part of the distribution"
        ),
    }
)


def reason_text(reason: str | None) -> Text | None:
    """Why a figure has no value, in both languages; an unknown reason is given as it is."""
    return None if reason is None else REASONS.get(reason, Text(zh=reason, en=reason))
