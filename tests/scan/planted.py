"""Faults planted for the rules in rules.yaml; never imported: `semgrep --test` compares marks and findings."""

# mypy: ignore-errors



def planted_redirect():
    # ruleid: redirect-to-what-was-sent
    return redirect(request.args["next"])


def sound_redirect():
    # ok: redirect-to-what-was-sent
    return redirect(url_for("account.show", tab=request.args["tab"]))


def planted_sql(session, number):
    # ruleid: sql-out-of-text
    session.execute(text(f"SELECT * FROM customers WHERE number = '{number}'"))
    # ok: sql-out-of-text
    session.execute(text("SELECT * FROM customers WHERE number = :number"), {"number": number})


def planted_template(words):
    # ruleid: template-out-of-text
    return render_template_string(words)


def planted_markup():
    # ruleid: markup-of-what-was-sent
    return Markup(request.form["text"])


def sound_markup():
    # ok: markup-of-what-was-sent
    return Markup(escape(request.form["text"]))


def planted_values():
    # ruleid: values-of-address-and-form-mixed
    return request.values["amount"]


def planted_file(path):
    # ruleid: file-shown-in-place
    return send_file(path)


def sound_file(path):
    # ok: file-shown-in-place
    return send_file(path, as_attachment=True)


def planted_float(document):
    # ruleid: float-for-money
    return document.amount_minor / 100


def planted_clock():
    # ruleid: clock-read-outside-clock
    return datetime.now()


# ruleid: page-without-a-permission
@bp.get("/admin/everything")
def planted_page():
    return "all of it"


# ok: page-without-a-permission
@bp.get("/admin/something")
@requires(Permission.BOOKS_READ)
def sound_page():
    return "some of it"


# ok: page-without-a-permission
@bp.get("/healthz")
@public
def open_page():
    return "ok"


def planted_xml(body):
    import xml.etree.ElementTree

    # ruleid: xml-read-without-a-guard
    return xml.etree.ElementTree.fromstring(body)


def planted_archive(archive):
    # ruleid: archive-unpacked-whole
    archive.extractall("/tmp")


def planted_shell(name):
    import subprocess

    # ruleid: shell-command
    subprocess.run("rm " + name, shell=True)


def planted_secret():
    import random

    # ruleid: secret-by-chance
    return random.randint(100000, 999999)


def planted_object(body):
    import pickle

    # ruleid: object-out-of-bytes
    return pickle.loads(body)


def planted_comparison(link, token):
    # ruleid: secret-compared-plainly
    return link.token_hash == hash_token(token)
