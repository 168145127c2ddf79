"""An application that the command can import by name: it shows what it finds in its environment."""

import os

from chalice.app import Chalice

app = Chalice("plain", configure_logs=False)


@app.route("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.route("/say", methods=["POST"])
def say() -> dict[str, str]:
    """Prints a name that it is told, as no application may."""
    assert app.current_request is not None
    print("hello", app.current_request.json_body["name"], flush=True)
    return {}


@app.route("/secret")
def secret() -> dict[str, str]:
    return {"secret": os.environ["EARSHOT_SECRET"]}


@app.route("/environment")
def environment() -> dict[str, str]:
    assert app.current_request is not None
    scheme = app.current_request.headers["x-forwarded-proto"]
    return {"insecure_cookies": os.environ["EARSHOT_INSECURE_COOKIES"], "scheme": scheme}
