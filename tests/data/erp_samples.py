"""Sample exports of bookkeeping programs in their own layouts, made up here; each ends with totals of its own."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

Row = Sequence[object]


@dataclass(frozen=True)
class Sample:
    """A file of one program with what a correct import of it finds."""

    name: str
    rows: tuple[Row, ...]
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    currency: str = "CNY"
    documents: int = 0
    opening: str = "0.00"
    debit: str = "0.00"
    credit: str = "0.00"
    closing: str = "0.00"
    totals: int = 0
    open_minor: int = 0

    def write(self, folder: Path, *, as_workbook: bool = False) -> Path:
        """Write it as the program would."""
        if as_workbook:
            path = folder / f"{self.name}.xlsx"
            with xlsxwriter.Workbook(str(path)) as book:
                sheet = book.add_worksheet()
                for number, row in enumerate(self.rows):
                    sheet.write_row(number, 0, list(row))
            return path
        path = folder / f"{self.name}.csv"
        with path.open("w", encoding=self.encoding, newline="") as file:
            csv.writer(file, delimiter=self.delimiter).writerows(self.rows)
        return path


CHANJET_TPLUS = Sample(
    "chanjet-tplus",
    (
        ("客户往来明细账",), ("期间：2026-01-01 至 2026-01-31", "", "", "币种：人民币"), (),
        ("往来单位编码", "往来单位名称", "币种", "单据日期", "单据类型", "单据编号", "摘要", "借方金额",
         "贷方金额", "方向", "余额"),
        ("K001", "北岸包装有限公司", "人民币", "2026-01-01", "", "", "期初余额", "", "", "借", "12,000.00"),
        ("K001", "北岸包装有限公司", "人民币", "2026-01-05", "销货单", "XS-0001", "纸箱", "8,500.50", "", "借",
         "20,500.50"),
        ("K001", "北岸包装有限公司", "人民币", "2026-01-12", "收款单", "SK-0001", "电汇", "", "10,000.00", "借",
         "10,500.50"),
        ("K001", "北岸包装有限公司", "人民币", "2026-01-20", "销货单", "XS-0002", "退货红字", "-500.50", "", "借",
         "10,000.00"),
        ("", "小计", "", "", "", "", "", "8,000.00", "10,000.00", "借", "10,000.00"),
        ("K002", "临江机电", "人民币", "2026-01-01", "", "", "期初余额", "", "", "贷", "300.00"),
        ("K002", "临江机电", "人民币", "2026-01-09", "销货单", "XS-0003", "轴承", "1,300.00", "", "借", "1,000.00"),
        ("", "小计", "", "", "", "", "", "1,300.00", "", "借", "1,000.00"),
        ("合计", "", "", "", "", "", "", "9,300.00", "10,000.00", "借", "11,000.00"),
    ),
    encoding="gb18030", documents=6, opening="11700.00", debit="9300.00", credit="10000.00", closing="11000.00",
    totals=3,
)  # fmt: skip
CHANJET_HKJ = Sample(
    "chanjet-hkj",
    (
        ("应收账款明细账",), ("编制单位：澄川精工",), ("客户：0001 北岸包装有限公司",),
        ("日期", "凭证字号", "摘要", "借方", "贷方", "方向", "余额"),
        ("2026-01-01", "", "期初余额", "", "", "借", "500.00"),
        ("2026-01-08", "记-3", "销售商品", "1130.00", "", "借", "1630.00"),
        ("2026-01-08", "记-3", "销售商品", "226.00", "", "借", "1856.00"),
        ("2026-01-25", "记-9", "收到货款", "", "1000.00", "借", "856.00"),
        ("2026-01-31", "", "本月合计", "1356.00", "1000.00", "借", "856.00"),
        ("2026-01-31", "", "本年累计", "1356.00", "1000.00", "借", "856.00"),
        ("2026-02-10", "记-3", "销售商品", "44.00", "", "借", "900.00"),
        ("2026-02-28", "", "本月合计", "44.00", "0.00", "借", "900.00"),
        ("2026-02-28", "", "本年累计", "1400.00", "1000.00", "借", "900.00"),
    ),
    documents=5, opening="500.00", debit="1400.00", credit="1000.00", closing="900.00", totals=2,
)  # fmt: skip
ZOHO_INVOICES = Sample(
    "zoho-books-invoices",
    (
        ("Invoice Date", "Invoice ID", "Invoice Number", "Invoice Status", "Customer ID", "Customer Name", "Due Date",
         "Currency Code", "Total", "Balance", "Item Name", "Item Total"),
        ("2026-01-05", "90001", "INV-000101", "Sent", "7001", "Harbour & Sons", "2026-02-04", "USD", "150.00",
         "150.00", "Widget", "100.00"),
        ("2026-01-05", "90001", "INV-000101", "Sent", "7001", "Harbour & Sons", "2026-02-04", "USD", "150.00",
         "150.00", "Bolt", "50.00"),
        ("2026-01-09", "90002", "INV-000102", "Draft", "7001", "Harbour & Sons", "2026-02-08", "USD", "75.00",
         "75.00", "Widget", "75.00"),
        ("2026-01-15", "90003", "INV-000103", "Overdue", "7002", "Nordvik AS", "2026-01-30", "USD", "1,280.40",
         "1,280.40", "Crate", "1,280.40"),
    ),
    currency="USD", documents=2, debit="1430.40", closing="1430.40",
)  # fmt: skip
ZOHO_PAYMENTS = Sample(
    "zoho-books-payments",
    (
        ("Payment Number", "Mode", "Date", "Customer ID", "Customer Name", "Currency Code", "Amount",
         "Reference Number",
         "Invoice Number", "Amount Applied to Invoice"),
        ("P-1", "Bank Transfer", "2026-02-01", "7001", "Harbour & Sons", "USD", "150.00", "WIRE 77", "INV-000101",
         "100.00"),
        ("P-2", "Cheque", "2026-02-03", "7002", "Nordvik AS", "USD", "1,300.00", "", "INV-000103", "1,280.40"),
        ("P-3", "Bank Transfer", "2026-02-05", "7001", "Harbour & Sons", "USD", "60.00", "", "INV-000101", "50.00"),
    ),
    currency="USD", documents=3, credit="1510.00", closing="-1510.00",
)  # fmt: skip
ODOO = Sample(
    "odoo",
    (
        ("Number", "Partner", "Invoice/Bill Date", "Due Date", "Total in Currency Signed", "Tax Signed",
         "Currency", "Type",
         "Status", "Payment Reference"),
        ("INV/2026/00001", "Azure Interior", "2026-01-10", "2026-02-09", "1150.00", "150.00", "EUR",
         "Customer Invoice", "Posted", "INV/2026/00001"),
        ("RINV/2026/00001", "Azure Interior", "2026-01-20", "2026-01-20", "-230.00", "-30.00", "EUR",
         "Customer Credit Note", "Posted", ""),
        ("/", "Deco Addict", "2026-01-21", "2026-02-20", "80.00", "0.00", "EUR", "Customer Invoice", "Draft", ""),
        ("INV/2026/00002", "Deco Addict", "2026-01-22", "2026-02-21", "4000.00", "0.00", "EUR", "Customer Invoice",
         "Posted", ""),
    ),
    currency="EUR", documents=3, debit="5150.00", credit="230.00", closing="4920.00",
)  # fmt: skip
ERPNEXT_INVOICES = Sample(
    "erpnext-invoices",
    (
        ("ID", "Customer", "Customer Name", "Date", "Payment Due Date", "Grand Total", "Currency", "Status",
         "Is Return (Credit Note)"),
        ("ACC-SINV-2026-00001", "CUST-1", "West View", "2026-01-03", "2026-02-02", "590.00", "INR", "Overdue", "0"),
        ("ACC-SINV-2026-00002", "CUST-1", "West View", "2026-01-07", "2026-02-06", "100.00", "INR", "Cancelled", "0"),
        ("ACC-SINV-RET-2026-00001", "CUST-1", "West View", "2026-01-09", "2026-01-09", "-90.00", "INR", "Return",
         "1"),
        ("Total", "", "", "", "", "500.00", "", "", ""),
    ),
    currency="INR", documents=2, debit="590.00", credit="90.00", closing="500.00", totals=1,
)  # fmt: skip
ERPNEXT_PAYMENTS = Sample(
    "erpnext-payments",
    (
        ("ID", "Payment Type", "Party", "Party Name", "Posting Date", "Paid Amount", "Account Currency", "Status",
         "Name (Payment References)", "Allocated (Payment References)"),
        ("ACC-PAY-2026-00001", "Receive", "CUST-1", "West View", "2026-01-20", "500.00", "INR", "Submitted",
         "ACC-SINV-2026-00001", "300.00"),
        ("", "", "", "", "", "", "", "", "ACC-SINV-2026-00009", "200.00"),
        ("ACC-PAY-2026-00002", "Pay", "CUST-1", "West View", "2026-01-21", "50.00", "INR", "Submitted", "", ""),
    ),
    currency="INR", documents=2, debit="50.00", credit="500.00", closing="-450.00",
)  # fmt: skip
KINGDEE = Sample(
    "kingdee",
    (
        ("单据编号", "业务日期", "到期日", "客户编码", "客户", "币别", "汇率", "物料名称", "计价数量", "含税单价",
         "税率(%)", "税额", "价税合计", "单据状态"),
        ("AR00000001", "2026-01-06", "2026-02-05", "C0001", "海舟电子", "人民币", "1", "连接器", "100", "11.3",
         "13", "130",
         "1130", "已审核"),
        ("AR00000001", "2026-01-06", "2026-02-05", "C0001", "海舟电子", "人民币", "1", "端子", "10", "5.65", "13",
         "6.5",
         "56.5", "已审核"),
        ("AR00000002", "2026-01-16", "2026-02-15", "C0002", "Kontor AG", "人民币", "1", "模组", "1", "2260", "13",
         "260", "2260", "已审核"),
        ("AR00000003", "2026-01-17", "2026-02-16", "C0002", "Kontor AG", "人民币", "1", "模组", "1", "99", "13", "11",
         "99", "创建"),
        ("合计", "", "", "", "", "", "", "", "", "", "", "396.5", "3446.5", ""),
    ),
    documents=3, debit="3446.50", closing="3446.50", totals=1,
)  # fmt: skip
FXIAOKE = (
    ("客户编号", "客户名称", "纳税人识别号", "地址", "联系人姓名", "手机", "邮箱", "职务"),
    ("FX-001", "北岸包装有限公司", "91310000MA1K00001X", "上海市浦东新区一路1号", "李娜", "13800000001",
         "lina@northquay.example", "会计"),
    ("FX-001", "北岸包装有限公司", "", "", "吴敏", "13800000002", "wumin@northquay.example", "出纳"),
    ("FX-002", "临江机电", "91320000MA1K00002Y", "", "赵强", "", "zhao@linjiang.example", ""),
)  # fmt: skip
ZOHO_CRM = (
    ("Account Name", "Account Number", "Currency", "Billing Street", "Billing Code", "Billing City",
         "Billing Country",
     "First Name", "Last Name", "Email", "Title"),
    ("Harbour & Sons", "Z-1", "USD", "1 Quay", "02110", "Boston", "US", "Ann", "Lee", "ann@harbour.example",
         "Controller"),
    ("Harbour & Sons", "Z-1", "USD", "1 Quay", "02110", "Boston", "US", "Joe", "Ray", "joe@harbour.example", ""),
    ("Nordvik AS", "Z-2", "USD", "", "", "", "NO", "", "", "", ""),
)  # fmt: skip
FBL5N = """Customer                 1000
Company Code             1000
Name                     Becker Berlin
City                     Berlin

------------------------------------------------------------------------------------------
| |Assignment  |DocumentNo|Typ|Doc. Date |Net due dt|Amount in local cur.|LCurr|Text       |
------------------------------------------------------------------------------------------
| |PO-77       |1800000001|RV |05.01.2026|04.02.2026|            1.190,00|EUR  |Pumps      |
| |PO-78       |1800000002|RV |12.01.2026|11.02.2026|            2.380,00|EUR  |Valves     |
| |            |1400000009|DZ |20.01.2026|20.01.2026|            1.190,00-|EUR  |Transfer   |
| |            |1600000003|DG |22.01.2026|22.01.2026|              380,00-|EUR  |Return     |
------------------------------------------------------------------------------------------
|*|            |          |   |          |          |            2.000,00|EUR  |           |
------------------------------------------------------------------------------------------
Customer                 2000
Company Code             1000
Name                     Möller & Söhne
City                     Kiel

------------------------------------------------------------------------------------------
| |Assignment  |DocumentNo|Typ|Doc. Date |Net due dt|Amount in local cur.|LCurr|Text       |
------------------------------------------------------------------------------------------
| |            |1800000007|RV |15.01.2026|14.02.2026|              500,00|EUR  |Service    |
------------------------------------------------------------------------------------------
|*|            |          |   |          |          |              500,00|EUR  |           |
------------------------------------------------------------------------------------------
|**|           |          |   |          |          |            2.500,00|EUR  |           |
"""
#: What a correct import of the text above finds.
FBL5N_SUMS = {"opening": "0.00", "debit": "4070.00", "credit": "1570.00", "closing": "2500.00"}
SAMPLES = (
    CHANJET_TPLUS, CHANJET_HKJ, ZOHO_INVOICES, ZOHO_PAYMENTS, ODOO, ERPNEXT_INVOICES, ERPNEXT_PAYMENTS, KINGDEE,
)  # fmt: skip


def fbl5n_file(folder: Path) -> Path:
    """Write the SAP list as the German code page has it."""
    path = folder / "fbl5n.txt"
    path.write_text(FBL5N, encoding="cp1252")
    return path


def master_file(path: Path, rows: Sequence[Row]) -> Path:
    """Write a customer master as CSV."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path
