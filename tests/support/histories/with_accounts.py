"""What people do as themselves: names, accounts, devices, consents, letters; and how they go."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.support import leaving, town_accounts as accounts, town_letters as letters
from tests.support.histories.history import WHO, History


class WithAccounts(History):
    @rule(who=WHO, drops=st.booleans())
    def names_themselves(self, who: int, drops: bool) -> None:
        one = self.person(who)
        (self.town.drop_name if drops and one.names else self.town.take_name)(one)

    @rule(who=WHO)
    def registers_or_logs_in_again(self, who: int) -> None:
        one = self.person(who)
        (self.town.log_in if one.email else self.town.register)(one)

    @rule(who=WHO)
    def logs_out(self, who: int) -> None:
        self.town.log_out(self.person(who))

    @rule(who=WHO)
    def child_comes(self, who: int) -> None:
        self.town.ask_guardian(self.person(who))

    @rule(who=WHO, insights=st.booleans(), news=st.booleans())
    def decides(self, who: int, insights: bool, news: bool) -> None:
        self.town.ask(self.person(who), "PUT", "/v1/consents", {"insights": insights, "news": news})

    @rule(who=WHO)
    def exports(self, who: int) -> None:
        self.town.export(self.person(who))

    @rule(who=WHO)
    def looks_around(self, who: int) -> None:
        leaving.look_around(self.town, self.person(who))
        self.town.read_shares()

    @precondition(lambda self: len(self.erased) < 2)
    @rule(who=WHO, by_operator=st.booleans())
    def is_erased(self, who: int, by_operator: bool) -> None:
        gone = leaving.erase(self.town, self.person(who), by_operator=by_operator)
        self.erased += [gone] if gone else []

    @rule(who=WHO, forgot=st.booleans())
    def chooses_another_password(self, who: int, forgot: bool) -> None:
        (accounts.reset_password if forgot else accounts.change_password)(self.town, self.owner(who))

    @rule(who=WHO)
    def switches_second_factor(self, who: int) -> None:
        accounts.switch_second_factor(self.town, self.owner(who))

    @rule(who=WHO)
    def takes_other_device(self, who: int) -> None:
        accounts.take_other_device(self.town, self.owner(who))

    @rule(who=WHO, everywhere=st.booleans())
    def ends_sessions(self, who: int, everywhere: bool) -> None:
        accounts.end_others(self.town, self.owner(who), everywhere)

    @rule(who=WHO, captures=st.sampled_from([True, True, False]), mails=st.booleans())
    def changes_settings(self, who: int, captures: bool, mails: bool) -> None:
        accounts.change_settings(self.town, self.owner(who), captures=captures, mails=mails)

    @rule(who=WHO)
    def opens_a_page(self, who: int) -> None:
        self.town.ask(self.person(who), "POST", "/v1/session", {})

    @rule(who=WHO, form=st.sampled_from(["feedback", "enquiry", "survey"]))
    def fills_a_form(self, who: int, form: str) -> None:
        letters.fill_form(self.town, self.person(who), form)

    @rule(who=WHO)
    def gets_news(self, who: int) -> None:
        letters.send_news(self.town, self.person(who))

    @rule(who=WHO)
    def unsubscribes(self, who: int) -> None:
        letters.unsubscribe(self.town, self.person(who))

    @rule(who=WHO, act=st.sampled_from(["find", "export", "statement", "hand-over"]))
    def writes_to_the_operator(self, who: int, act: str) -> None:
        letters.operate(self.town, self.owner(who), act)
