"""The layouts that come with the product, as data; more are rows of ``import_profiles`` of the same shape.

Headers are those of the programs' own exports in Chinese and English; ADR 0001 holds for every amount.
"""

from __future__ import annotations

from typing import Any

from portal.errors import N_
from portal.imports.rules import COLUMNS
from portal.imports.shipped_western import TOTALS, WESTERN

#: Currencies as programs write them.
_CURRENCIES = {
    "人民币": "CNY", "人民币元": "CNY", "RMB": "CNY", "美元": "USD", "欧元": "EUR", "港币": "HKD", "港元": "HKD",
    "日元": "JPY", "英镑": "GBP", "PRE001": "CNY", "本位币": "CNY",
}  # fmt: skip

#: Where debits and credits stand on two sides, a negative figure is the opposite document (红字).
_RED = {"invoice": "credit_note", "receipt": "refund"}

SHIPPED: dict[str, dict[str, Any]] = {
    "standard": {
        "title": N_("Concord's own columns, dates as 2026-01-31"),
        "columns": {column: column for column in COLUMNS},
    },
    "standard-customers": {
        "title": N_("Concord's own customer columns, with contacts"),
        "record": "customers",
        "columns": {
            name: name
            for name in (
                "number",
                "name",
                "currency",
                "name_en",
                "country",
                "tax_no",
                "street_address",
                "department",
                "language",
                "terms_days",
                "credit_limit",
                "owner",
                "contact_name",
                "contact_email",
                "contact_phone",
                "contact_job_title",
                "contact_language",
            )
        },
    },
    "ibm-ar": {
        "title": N_("IBM accounts receivable sample: invoices in USD, dates as 1/31/2026"),
        "columns": {
            "document_no": "invoiceNumber",
            "customer_no": "customerID",
            "document_date": "InvoiceDate",
            "due_date": "DueDate",
            "amount": "InvoiceAmount",
            "disputed": "Disputed",
            "settled_date": "SettledDate",
            "country": "countryCode",
        },
        "constants": {"kind": "invoice", "currency": "USD"},
        "date_formats": ["%m/%d/%Y"],
    },
    "chanjet-tplus": {
        "title": N_("Chanjet T+: customer ledger (客户往来明细账) with debit and credit"),
        "columns": {
            "customer_no": ["往来单位编码", "客户编码", "客户编号"],
            "customer_name": ["往来单位名称", "往来单位", "客户名称", "客户"],
            "document_date": ["单据日期", "日期"],
            "document_no": ["单据编号", "单据号"],
            "description": ["摘要", "备注"],
            "currency": ["币种", "币别"],
            "order_no": ["来源单号", "订单号"],
            "department": ["部门"],
        },
        "constants": {},
        "values": {"currency": _CURRENCIES},
        "date_order": "ymd",
        "is_free": True,
        "debit": ["借方", "借方金额", "本期应收", "应收金额", "本期增加"],
        "credit": ["贷方", "贷方金额", "本期收款", "收款金额", "本期减少"],
        "balance": ["余额", "期末余额", "应收余额"],
        "direction": ["方向", "余额方向"],
        "negative_kinds": _RED,
        "opening_words": ["期初余额", "上期结转", "上年结转", "期初"],
        "total_words": TOTALS,
        "skip_words": ["本年累计", "制表", "打印"],
        "fill_down": ["customer_no", "customer_name", "currency"],
        "opening_number": "QC-{customer_no}-{month}",
        "repeats": "count",
    },
    "chanjet-hkj": {
        "title": N_("Chanjet 好会计: receivables ledger by customer, vouchers numbered by month"),
        "columns": {
            "document_date": ["日期"],
            "document_no": ["凭证字号", "凭证号"],
            "description": ["摘要"],
        },
        "constants": {"currency": "CNY"},
        "date_order": "ymd",
        "is_free": True,
        "debit": ["借方", "借方金额"],
        "credit": ["贷方", "贷方金额"],
        "balance": ["余额"],
        "direction": ["方向"],
        "negative_kinds": _RED,
        "opening_words": ["期初余额", "上年结转", "年初余额"],
        "total_words": TOTALS,
        "skip_words": ["本年累计", "编制单位", "期间", "单位："],
        "heading": (
            r"(?:客户|核算项目|辅助核算)\s*[:：]\s*(?P<customer_no>[\w-]+)[\s_/]+(?P<customer_name>\S.*?)(?:\s{2,}|$)"
        ),
        "number": "{month}-{document_no}",
        "opening_number": "QC-{customer_no}-{month}",
        "repeats": "count",
    },
    "fxiaoke-customers": {
        "title": N_("Fxiaoke CRM: customers and contacts"),
        "record": "customers",
        "columns": {
            "number": ["客户编号", "客户编码", "编号"],
            "name": ["客户名称", "公司名称"],
            "name_en": ["英文名称"],
            "currency": ["币种"],
            "tax_no": ["纳税人识别号", "统一社会信用代码", "税号"],
            "street_address": ["详细地址", "地址"],
            "terms_days": ["账期（天）", "账期"],
            "department": ["归属部门"],
            "contact_name": ["联系人姓名", "联系人", "姓名"],
            "contact_email": ["联系人邮箱", "邮箱", "邮件"],
            "contact_phone": ["联系人手机", "手机", "电话"],
            "contact_job_title": ["职务"],
        },
        "values": {"currency": _CURRENCIES},
        "fill_down": ["number", "name"],
    },
    "kingdee": {
        "title": N_("Kingdee: receivable bills (应收单) with lines"),
        "columns": {
            "document_no": ["单据编号"],
            "document_date": ["业务日期", "单据日期", "日期"],
            "due_date": ["到期日", "应收到期日"],
            "customer_no": ["客户编码", "客户.编码", "客户代码"],
            "customer_name": ["客户", "客户名称", "客户.名称"],
            "currency": ["币别", "币别.编码", "结算币别"],
            "exchange_rate": ["汇率"],
            "amount": ["价税合计"],
            "tax_amount": ["税额"],
            "item": ["物料名称", "物料.名称", "费用项目名称"],
            "quantity": ["计价数量", "数量"],
            "unit_price": ["含税单价"],
            "tax_rate": ["税率(%)", "税率"],
            "order_no": ["销售订单号", "源单编号", "订单编号"],
            "tax_invoice_no": ["发票号", "发票号码"],
            "department": ["销售部门"],
            "description": ["备注"],
        },
        "constants": {"kind": "invoice"},
        "values": {"currency": _CURRENCIES},
        "negative_kinds": {"invoice": "credit_note"},
        "date_order": "ymd",
        "is_free": True,
        "leave_out": {"单据状态": ["创建", "审核中", "暂存", "重新审核"]},
        "total_words": TOTALS,
        "fill_down": ["document_no", "document_date", "due_date", "customer_no", "customer_name", "currency"],
    },
    **WESTERN,
}
