"""Names of the demo company, its customers, people and goods; every one invented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Company:
    """A customer to be: names, country, currency, language."""

    name: str
    name_en: str
    country: str
    currency: str
    language: str


SELLER = {
    "name": "岚桥精密机械（苏州）有限公司",
    "name_en": "Lanqiao Precision Machinery (Suzhou) Co., Ltd.",
    "short_name": "岚桥精密",
    "short_name_en": "Lanqiao Precision",
    "tax_no": "91320594MA1LQ7J38X",
    "street_address": "江苏省苏州市工业园区星明街 218 号",
    "bank_details": "开户行：江南合作银行苏州园区支行\n账号：3205 0166 7736 0000 4182\nSWIFT: JNHZCNBS",
    "phone": "0512-6215 8830",
    "email": "ar@lanqiao.example",
}

_BRANDS_ZH = (
    "海汀 栖霞 远岫 拓禾 明澈 锦帆 泓川 柏宁 青砚 云岭 启衡 舜禾 瑞枫 臻合 沃野 星舸 润泽 博岩 嘉岭 凌浦 "
    "盛桥 宏澜 若谷 峻岭 景曜 恒砺 安澜 鼎原 方圜 和屿 慧林 洁源 康桥 朗坤 旭升 茂禾 宁远 沛丰 勤川 荣屿 "
    "时雨 天衢 维岳 翔鹭 雅砻 卓尔山 正野 中桁 子午 长汀"
).split()  # fmt: skip
_BRANDS_EN = (
    "Haiting Qixia Yuanxiu Tuohe Mingche Jinfan Hongchuan Bonin Qingyan Yunling Qiheng Shunhe Ruifeng Zhenhe Woye "
    "Xingge Runze Boyan Jialing Lingpu Shengqiao Honglan Ruogu Junling Jingyao Hengli Anlan Dingyuan Fanghuan Heyu "
    "Huilin Jieyuan Kangqiao Langkun Xusheng Maohe Ningyuan Peifeng Qinchuan Rongyu Shiyu Tianqu Weiyue Xianglu "
    "Yalong Zhuoershan Zhengye Zhongheng Ziwu Changting"
).split()
_TRADES = (
    ("包装科技", "Packaging"), ("电子", "Electronics"), ("汽车零部件", "Auto Parts"), ("食品机械", "Food Machinery"),
    ("环保设备", "Environmental"), ("纺织", "Textiles"), ("医疗器械", "Medical Devices"), ("新能源", "New Energy"),
)  # fmt: skip
_CITIES = (
    ("宁波", "Ningbo"), ("无锡", "Wuxi"), ("厦门", "Xiamen"), ("绍兴", "Shaoxing"), ("嘉兴", "Jiaxing"),
    ("合肥", "Hefei"), ("重庆", "Chongqing"), ("东莞", "Dongguan"), ("长沙", "Changsha"), ("青岛", "Qingdao"),
)  # fmt: skip
_ABROAD = {
    "EUR": (
        ("DE", "GmbH"), ("NL", "B.V."), ("FR", "SARL"), ("IT", "S.r.l."), ("AT", "GmbH"),
    ),
    "USD": (("US", "Inc."), ("US", "LLC"), ("SG", "Pte. Ltd."), ("GB", "Ltd.")),
    "JPY": (("JP", "K.K."),),
}  # fmt: skip
_ABROAD_BRANDS = {
    "EUR": (
        "Falkenried Werkzeugbau, Oldehaven Antriebe, Marschland Pumpen, Brennerhof Robotik, Vecht Automation, "
        "Duinrand Conveyors, Garonne Emballages, Clairvaux Moteurs, Valdarno Meccanica, Brenta Imballaggi, "
        "Traunsee Anlagenbau, Kaltenbrunn Messtechnik, Ostersiel Schiffbau, Lindhorst Fördertechnik, "
        "Wiesenau Verpackung, Alblas Tooling, Rijnmond Systems, Argonne Usinage, Chablis Mécanique, Lunigiana Utensili"
    ),
    "USD": (
        "Kestrel Ridge Foods, Tamarack Motion, Bluestem Packaging, Cedar Fork Robotics, Palisade Instruments, "
        "Quarry Lane Tools, Harborlight Medical, Juniper Flats Energy, Millrace Automation, Sandpiper "
        "Controls, Ironbark Systems, Copperleaf Devices, Northfold Conveyor, Ashgrove Bearings, Tidewater "
        "Gear, Redpine Fabrication"
    ),
    "JPY": (
        "Hoshikawa Seiki, Minamori Kogyo, Asagiri Denki, Tokiwa Bussan, Yurihama Kikai, Kazamori Seimitsu, "
        "Shirasagi Kako, Onaga Sangyo"
    ),
}
_ABROAD_COUNTS = {"EUR": 26, "USD": 22, "JPY": 9}

PRODUCTS = (
    ("滚珠丝杠 BS-32", "Ball screw BS-32", 161_000), ("直线导轨 LG-25", "Linear guide LG-25", 112_500),
    ("联轴器 CP-40", "Coupling CP-40", 78_680), ("轴承座 BK-20", "Bearing housing BK-20", 53_460),
    ("伺服支架 SM-08", "Servo bracket SM-08", 67_950), ("行星减速机 PG-60", "Planetary gearbox PG-60", 238_000),
    ("夹爪 GR-12", "Gripper GR-12", 91_300), ("同步带轮 TP-18", "Timing pulley TP-18", 18_620),
    ("防护罩 CV-05", "Cover CV-05", 12_040), ("备件包 SP-3", "Spare kit SP-3", 34_400),
)  # fmt: skip

_FAMILY = "林 陈 黄 周 吴 徐 孙 马 朱 胡 郭 何 高 罗 郑 梁 谢 宋 唐 许 邓 韩 冯 曹 彭 曾 肖 田 董 袁".split()
_FAMILY_EN = (
    "Lin Chen Huang Zhou Wu Xu Sun Ma Zhu Hu Guo He Gao Luo Zheng Liang Xie Song Tang Xu Deng Han Feng Cao Peng Zeng "
    "Xiao Tian Dong Yuan"
).split()
_GIVEN = (
    ("静", "Jing"), ("若兰", "Ruolan"), ("一帆", "Yifan"), ("思远", "Siyuan"), ("海燕", "Haiyan"), ("文博", "Wenbo"),
    ("晓彤", "Xiaotong"), ("立诚", "Licheng"), ("雨桐", "Yutong"), ("振华", "Zhenhua"), ("慧", "Hui"),
    ("嘉宁", "Jianing"),
)  # fmt: skip
_ABROAD_PEOPLE = (
    "Annika Reuter, Jonas Petersen, Marieke de Wit, Luc Fontaine, Chiara Bassi, Emily Novak, Daniel Osei, Priya Raman, "
    "Kenji Morita, Yuko Hara, Tomás Vidal, Ingrid Solheim"
).split(", ")


def companies(random: Random, chinese: int = 168) -> Iterator[Company]:
    """Yield the customers: first the two that the demo's sign-ins belong to, then the others in mixed order."""
    first = Company("海汀包装科技（宁波）有限公司", "Haiting Packaging (Ningbo) Co., Ltd.", "CN", "CNY", "zh")
    second = Company("Falkenried Werkzeugbau GmbH", "Falkenried Werkzeugbau GmbH", "DE", "EUR", "en")
    yield first
    yield second
    others = [*_chinese_companies(chinese), *_foreign_companies()]
    others = [company for company in others if company.name not in {first.name, second.name}]
    random.shuffle(others)
    yield from others


def _chinese_companies(count: int) -> Iterator[Company]:
    for number in range(count):
        brand = number % len(_BRANDS_ZH)
        trade, trade_en = _TRADES[(number // len(_BRANDS_ZH) * 3 + number) % len(_TRADES)]
        city, city_en = _CITIES[(number * 7 + number // len(_BRANDS_ZH)) % len(_CITIES)]
        yield Company(
            f"{_BRANDS_ZH[brand]}{trade}（{city}）有限公司", f"{_BRANDS_EN[brand]} {trade_en} ({city_en}) Co., Ltd.",
            "CN", "CNY", "zh",
        )  # fmt: skip


def _foreign_companies() -> Iterator[Company]:
    for currency, count in _ABROAD_COUNTS.items():
        brands = [brand.strip() for brand in _ABROAD_BRANDS[currency].split(",")]
        for number in range(count):
            country, form = _ABROAD[currency][number % len(_ABROAD[currency])]
            brand = brands[number % len(brands)]
            place = "" if number < len(brands) else " Nord" if currency == "EUR" else " West"
            name = f"{brand}{place} {form}"
            yield Company(name, name, country, currency, "en")


def person_name(random: Random, language: str) -> tuple[str, str]:
    """Return a name as its bearer writes it, and in Latin letters for the mail address."""
    if language == "en":
        name = random.choice(_ABROAD_PEOPLE)
        return name, name
    family = random.randrange(len(_FAMILY))
    given, given_en = random.choice(_GIVEN)
    return f"{_FAMILY[family]}{given}", f"{given_en} {_FAMILY_EN[family]}"
