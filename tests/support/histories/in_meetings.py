"""What people do in meetings, and about them."""

import uuid

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.support import town_organising as organising
from tests.support.histories.history import MEETS, WHICH, WHO, History

TAB = st.sampled_from([str(uuid.UUID(int=number)) for number in (2, 3)])


class InMeetings(History):
    @rule(who=WHO)
    def opens_a_room(self, who: int) -> None:
        one = self.person(who)
        if not one.email:
            self.town.register(one)
        self.town.open_room(one)

    @rule(who=MEETS, whose=MEETS, says_who=st.booleans())
    def comes_in(self, who: int, whose: int, says_who: bool) -> None:
        one = self.person(who)
        if self.town.people[whose].held:
            self.town.come_in(one, self.town.people[whose].held[-1], says_who=says_who)

    @rule(who=MEETS, other=MEETS)
    def brings_in(self, who: int, other: int) -> None:
        self.town.bring_in(self.person(who), self.person(other))

    @rule(who=WHO)
    def listens(self, who: int) -> None:
        self.town.listen(self.person(who))

    @rule(who=WHO)
    def leaves(self, who: int) -> None:
        self.town.leave(self.person(who))

    @rule(who=WHO)
    def follows(self, who: int) -> None:
        self.town.follow(self.person(who))

    @rule(who=WHO, tab=TAB)
    def stages(self, who: int, tab: str) -> None:
        self.town.stage(self.person(who), tab)

    @rule(who=WHO, which=WHICH, act=st.sampled_from(["show", "show", "show", "take back", "delete"]))
    def shows(self, who: int, which: int, act: str) -> None:
        one = self.person(who)
        links = list(one.links.values())
        if links and one.rooms:
            does = {"show": self.town.show, "take back": self.town.take_back, "delete": self.town.delete}
            does[act](one, links[which % len(links)])

    @rule(who=WHO, tab=TAB, closes=st.booleans())
    def is_heard_of(self, who: int, tab: str, closes: bool) -> None:
        (self.town.close_tab if closes else self.town.hear)(self.person(who), tab)

    @rule(who=WHO)
    def is_measured(self, who: int) -> None:
        self.town.measure(self.person(who))

    @rule(who=WHO)
    def meets_everybody(self, who: int) -> None:
        self.town.meet(self.person(who))

    @rule(who=WHO, report=st.sampled_from(["later", "made", "fails"]))
    def ends_a_room(self, who: int, report: str) -> None:
        self.town.end_room(who)
        if report != "later":
            self.run_workflows(fails=report == "fails")

    @rule(who=WHO, days=st.sampled_from([1, 7, 30]))
    def shares(self, who: int, days: int) -> None:
        if not any(one.ended for one in self.town.people):
            self.town.end_room(who)
        self.workflows_run()
        self.town.share(who, days)

    @rule(who=MEETS, knock=st.booleans())
    def changes_a_room(self, who: int, knock: bool) -> None:
        organising.change_room(self.town, self.owner(who), knock=knock)

    @rule(who=MEETS)
    def claims_a_room(self, who: int) -> None:
        organising.claim(self.town, self.owner(who))

    @rule(who=MEETS)
    def takes_off_what_is_shown(self, who: int) -> None:
        organising.take_off(self.town, self.person(who))

    @rule(who=MEETS, admit=st.booleans())
    def answers_who_knocks(self, who: int, admit: bool) -> None:
        organising.answer_knocks(self.town, self.person(who), admit=admit)

    @rule(who=WHO)
    def takes_a_clip_back(self, who: int) -> None:
        organising.cancel_clip(self.town, self.person(who))

    @rule(who=WHO)
    def follows_by_ticket(self, who: int) -> None:
        organising.follow_by_ticket(self.town, self.person(who))

    @rule(which=WHICH)
    def revokes_a_share(self, which: int) -> None:
        organising.revoke_share(self.town, which)

    @rule(who=WHO)
    def has_a_report_made_again(self, who: int) -> None:
        organising.remake_report(self.town, self.person(who))
