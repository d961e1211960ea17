"""What the register of sales of products truly holds.

Belongs here: which product of which operator was sold where, when and for how much. Does not belong here: the list of
operators (``industry``), how a department spells a cell.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, generator, half_even, villages
from pipelines.simulate.columns import NONE, choose, day_texts, months_text, numbers, yuan
from pipelines.simulate.county import County
from pipelines.simulate.industry import ENTERPRISE, RELIEF, operators
from pipelines.simulate.register import month_days, month_index

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

CHANNELS = ("线上", "集市", "专柜", "单位采购")
PRODUCTS = ("火腿", "魔芋", "生姜", "薏仁", "菌干", "蜂蜜", "水果", "腊肉", "茶叶", "土鸡蛋")


@lru_cache(maxsize=1)
def _sales(county: County) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Product, channel, month from 1 and cents of each line of 2020; they add up to the printed sum."""
    given = calibration()["product_sales"]
    rng = generator(county.seed, "sales", county.scale)
    count = given["products"]["value"]
    product = np.repeat(np.arange(count), 24)
    month = np.tile(np.repeat(np.arange(1, 13), 2), count)
    channel = (product + np.tile([0, 1], count * 12) * (1 + product % 3)) % len(CHANNELS)
    size = np.exp(rng.normal(0, 0.9, count))[product]
    weight = size * np.array(given["month_weights"]["values"])[month - 1] * rng.uniform(0.5, 1.5, len(product))
    return product, channel, month, _sales_cents(weight, channel, county.scale)


def _sales_cents(weight: np.ndarray, channel: np.ndarray, scale: float) -> np.ndarray:
    """Cents of each line: the printed sum, and of the channels that the report prints apart their own."""
    given = calibration()["product_sales"]
    left = half_even(given["sales_cny"]["value"] * 100, scale)
    cents = np.zeros(len(weight), np.int64)
    rest = np.ones(len(weight), bool)
    for name, printed in given["channel_cny"].items():
        here = channel == CHANNELS.index(name)
        own = half_even(printed * 100, scale)
        cents[here] = apportion(weight[here], own)
        left, rest = left - own, rest & ~here
    cents[rest] = apportion(weight[rest], left)
    return cents


def sales_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The sales of the months since the file before: January, February to June, July to December."""
    given, place, all_ = calibration()["product_sales"], villages(), operators()
    product, channel, month, cents = _sales(county)
    first = {1: 1, 6: 2, 12: 7}[slot.month]
    at = np.flatnonzero((month >= first) & (month <= slot.month))
    product, channel, month, cents = product[at], channel[at], month[at], cents[at]
    count = given["products"]["value"]
    seller = np.concatenate([all_.of(RELIEF)[:25], all_.of(ENTERPRISE)[:8]])[: given["suppliers"]["value"]]
    supplier = seller[product % len(seller)]
    rng = generator(county.seed, "products", county.scale)
    value = apportion(rng.uniform(0.4, 2, count), half_even(given["recognised_value_cny"]["value"] * 100, county.scale))
    persons = apportion(rng.uniform(0.5, 2, count), half_even(given["linked_persons"]["value"], county.scale))
    known = np.ones(len(at), bool)
    recognised = month_days(month_index(2019, 6)) + np.arange(count) % 200
    event = pl.Series(np.where(channel == 1, month, NONE)).cast(pl.String)
    return pl.DataFrame(
        {
            "产品编号": "CP" + (pl.Series(product) + 1001).cast(pl.String),
            "产品名称": choose([f"{name}（模拟）" for name in PRODUCTS], product % len(PRODUCTS)),
            "供应主体": choose(all_.name, supplier),
            "供应主体所在乡镇": choose(place.townships, all_.village[supplier]),
            "销售渠道": choose(CHANNELS, channel),
            "活动编号": ("JS2020" + event.str.zfill(2)).set(pl.Series(channel != 1), None),
            "带动脱贫户数": numbers(persons[product] // 4, known),
            "带动脱贫人口数": numbers(persons[product], known),
            "认定价值（万元）": yuan(value[product], known),
            "销售额（万元）": yuan(cents, known),
            "认定日期": day_texts(recognised[product], known),
            "月份": months_text(month_index(2020, 1) + month - 1, known),
            "area_code": choose(place.township_codes, all_.village[supplier]),
        }
    )


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {"product_sales": sales_frame}
