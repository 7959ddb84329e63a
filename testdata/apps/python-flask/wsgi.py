from flask import Flask, render_template
from markupsafe import _speedups

app = Flask(__name__)


@app.get("/health")
def health():
    return "ok"


@app.get("/")
def index():
    return render_template("index.html", compiled=_speedups.__file__.endswith(".so"))
