"""What owners of accounts do with them: passwords, second factors, devices, settings (F4)."""

from tests.support.accounts import code_of
from tests.support.place import CODE_MS
from tests.support.planted import Device, Somebody
from tests.support.town import Town


def change_password(town: Town, who: Somebody) -> None:
    """No text of it is ever anywhere; other devices are signed out."""
    new = _another(town, who)
    sent = {"password": who.password, "new_password": new}
    if town.ask(who, "PUT", "/v1/account/password", sent).status == 200:
        who.password = new
        town.others_are_out(who)


def reset_password(town: Town, who: Somebody) -> None:
    """By the link of a mail; everybody is signed out."""
    before, new = len(town.world.aws.mails()), _another(town, who)
    town.ask(who, "POST", "/v1/accounts/password-reset", {"email": who.email})
    if len(town.world.aws.mails()) > before and "token=" in town.world.aws.mails()[-1].text:
        sent = {"token": town.mailed("token"), "password": new}
        if town.ask(who, "POST", "/v1/accounts/password", sent).status == 200:
            who.password = new
            town.others_are_out(who)
            assert who.browser.get("/v1/session").status == 401, "whoever was signed in is not out"
            town.is_out(who)


def switch_second_factor(town: Town, who: Somebody) -> None:
    """On, or off where it is on; other devices are signed out."""
    town.world.clock.advance(CODE_MS)
    if who.totp:
        sent = {"password": who.password, "totp": code_of(who.totp, town.now)}
        if town.ask(who, "DELETE", "/v1/account/totp", sent).status == 204:
            who.totp = ""
            town.others_are_out(who)
        return
    offered = town.ask(who, "POST", "/v1/account/totp", {"password": who.password})
    if offered.status == 200:
        secret = offered.json()["secret"]
        if town.ask(who, "PUT", "/v1/account/totp", {"totp": code_of(secret, town.now)}).status == 200:
            who.totp = secret
            town.others_are_out(who)


def take_other_device(town: Town, who: Somebody) -> None:
    """It is another session, and another participant; what the first one shows goes on being shown."""
    if who.other is not None:
        who.takes(who.other)
    elif who.signed_in:
        who.takes(Device(town.world.browser(who.browser.address)))
        if not town.log_in(who):
            town.goes_back(who)


def end_others(town: Town, who: Somebody, everywhere: bool) -> None:
    """Their other devices, one by one, or all of them with this one."""
    if everywhere:
        if town.ask(who, "DELETE", "/v1/sessions").status == 204:
            town.others_are_out(who)
            town.is_out(who)
        return
    listed = town.ask(who, "GET", "/v1/sessions")
    others = [one["id"] for one in listed.json()["sessions"] if not one["current"]] if listed.status == 200 else []
    for one in others:
        assert town.ask(who, "DELETE", f"/v1/sessions/{one}").status == 204
    if others:
        town.others_are_out(who)


def change_settings(town: Town, who: Somebody, *, captures: bool, mails: bool) -> None:
    sent = {"capture_insights": captures, "language": "fr", "mail": {"news": mails, "report_ready": mails}}
    town.ask(who, "PATCH", "/v1/account", sent)


def _another(town: Town, who: Somebody) -> str:
    return f"{town.truth.plant(who, 'password').token} battery staple"
