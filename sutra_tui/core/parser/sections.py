"""Which section of Model A's reply is open, and what each tag does to it.

Invariant: one section is open at a time. A tag that cannot mean anything where it stands is
refused, and the caller passes it on as text. A closing tag of the wrong kind closes, and a problem
says so.
"""

from __future__ import annotations

from enum import Enum, auto

from . import problems
from .grammar import Heading, Tag, is_heading
from .harvest import Harvest, TrimmedText
from .loose import LooseText


class Place(Enum):
    """The section that is open."""

    OUTSIDE = auto()
    DRAFT = auto()
    WRAPPER = auto()
    """Inside `<demonstrations>`, between the single ones."""
    DEMONSTRATION = auto()


class Sections:
    """Follows the layout of one reply and gives its text to the harvest.

    Args:
        harvest: Where drafts and demonstrations go.
    """

    def __init__(self, harvest: Harvest) -> None:
        self.place = Place.OUTSIDE
        self.structured = False
        """Anything but loose text was seen."""
        self.draft_closed = False
        self._harvest = harvest
        self._problems = harvest.problems
        self._answered = False
        self._wrapped = False
        self._loose = LooseText()
        self._untagged = TrimmedText()  # inside the wrapper, outside of its demonstrations
        self._item = ""  # name of the tag that opened the last demonstration; empty: a heading
        self._tagged = False  # the wrapper's demonstrations, or those outside, have tags
        self._number = 0  # of the last heading
        self._holds_answers = False  # an earlier demonstration had an <answer> inside

    @property
    def is_blank(self) -> bool:
        """Nothing was written in the open section yet."""
        match self.place:
            case Place.DRAFT:
                return not len(self._harvest.draft)
            case Place.DEMONSTRATION:
                return not len(self._harvest.demonstration)
            case Place.WRAPPER:
                return not len(self._untagged)
            case Place.OUTSIDE:
                return self._loose.is_blank

    def lets_think(self, tag: Tag) -> bool:
        """Whether a thinking block may begin here."""
        if self.place is Place.OUTSIDE:
            return tag.starts_line or self._loose.is_between_sentences
        return self.is_blank

    def text(self, text: str) -> None:
        """The open section goes on."""
        match self.place:
            case Place.DRAFT:
                self._harvest.add_draft(text)
            case Place.DEMONSTRATION:
                self._harvest.add_demonstration(text)
            case Place.WRAPPER:
                self._untagged.add(text)
            case Place.OUTSIDE:
                self._harvest.add_draft(self._loose.add(text))

    def tag(self, tag: Tag) -> bool:
        """What a tag does; False when it is text here."""
        # <answer/> and <demonstration/> are closing tags to models that mistype them.
        closing = tag.closing or (
            tag.empty and "=" not in tag.raw and self.closed_by(tag.name) and not self.is_blank
        )
        match tag.name, closing:
            case "answer", False:
                return self._answer_tag()
            case "answer", True:
                return self._close(tag, text_in=())
            case "demonstrations", False:
                return self._open_wrapper()
            case "demonstrations", True:
                return self._close_wrapper(tag.raw)
            case name, False:
                return self._item_tag(name)
        if tag.name == "demonstration":
            return self._close(tag, text_in=())
        return self._close(tag, text_in=(Place.OUTSIDE, Place.DRAFT))

    def closed_by(self, name: str) -> bool:
        """Whether this closing tag is one that belongs to the open section."""
        match self.place:
            case Place.DRAFT:
                return name == "answer"
            case Place.DEMONSTRATION:
                return name in ("demonstrations", self._item or "demonstrations")
            case Place.WRAPPER:
                return name == "demonstrations"
            case Place.OUTSIDE:
                return False

    def open_draft(self) -> None:
        """The answer begins. Loose text was not the draft, then, even if it was shown as such."""
        self.leave_stretch()
        self.structured = True
        if self._answered and len(self._harvest.draft):
            self._problems.add(problems.SECOND_ANSWER)
            return
        self._leave_out(self._loose.give_up())
        if len(self._harvest.draft):
            self._say(problems.BEFORE_ANSWER, str(self._harvest.draft))
            self._harvest.move_draft_to_thinking()
        self._answered = True
        self.draft_closed = False
        self.place = Place.DRAFT

    def open_demonstration(self, name: str = "demonstration") -> None:
        """A demonstration begins."""
        self.leave_stretch()
        self.structured = self._tagged = True
        self._item = name
        self._harvest.open_demonstration()
        self.place = Place.DEMONSTRATION

    def end(self, up_to: str = "") -> None:
        """The draft or demonstration that is open is over.

        Args:
            up_to: What ended it instead of its closing tag; empty when that was there.
        """
        if self.place is Place.DRAFT:
            self._end_draft(up_to)
        elif self.place is Place.DEMONSTRATION:
            self._end_demonstration(up_to)

    def heading(self, heading: Heading) -> bool:
        """A numbered heading opens a demonstration where none has tags; False: it is text."""
        listed = self.place is Place.DEMONSTRATION and not self._item
        if self._tagged or not (listed or self.place in (Place.OUTSIDE, Place.WRAPPER)):
            return False
        if heading.number <= self._number or (heading.number > 1 and not self._number):
            return False
        self.end()
        self.open_demonstration("")
        self._tagged = False
        self._number = heading.number
        if heading.titled:
            self.text(heading.raw)
        return True

    def begin_thinking(self) -> None:
        """A thinking block begins; what stood before it is not the draft."""
        if self.place is not Place.OUTSIDE:
            return
        if self._loose.streaming:
            self._say(problems.BEFORE_THINKING, str(self._harvest.draft))
            self._harvest.move_draft_to_thinking()
            self._loose = LooseText()
        else:
            self._leave_out(self._loose.discard())

    def leave_stretch(self) -> None:
        """Text between the sections ends here."""
        if self.place is Place.WRAPPER:
            left, self._untagged = str(self._untagged), TrimmedText()
            self._leave_out(left)
        elif self.place is Place.OUTSIDE:
            self.draft_closed |= self._loose.streaming
            self._leave_out(self._loose.end())

    def ignore_loose_text(self) -> None:
        """Only tagged text counts from here on."""
        self._loose.give_up()

    def finish(self, *, cut: bool) -> None:
        """The reply is over.

        Args:
            cut: It was not the model that ended it.
        """
        if cut:
            self._cut()
        self.end(up_to="the end of the reply")
        if self.place is Place.WRAPPER:
            self._take_untagged()
        self.leave_stretch()
        longest = self._loose.give_up()
        if len(self._harvest.draft):
            self._leave_out(longest)
        else:
            self._harvest.add_draft(longest)
        if self.structured and not self._answered and len(self._harvest.draft):
            self._problems.add(problems.UNTAGGED_DRAFT)
        self._count()

    def _cut(self) -> None:
        if self.place is Place.DRAFT:
            self._problems.add(problems.ANSWER_CUT)
            self.place = Place.OUTSIDE
        elif self.place is Place.DEMONSTRATION:
            self._harvest.cut_demonstration()
            self.place = Place.OUTSIDE
        elif self.place is Place.WRAPPER and not self._tagged and len(self._untagged):
            self._problems.add(problems.UNTAGGED_CUT)
            self._untagged = TrimmedText()

    def _count(self) -> None:
        count, wanted = self._harvest.closed, self._harvest.wanted
        if not self.structured and len(self._harvest.draft):
            self._problems.add(problems.NO_TAGS)
        elif not count and wanted > 0:
            self._problems.add(problems.NO_DEMONSTRATION)
        elif count < wanted:
            self._problems.add(problems.FEWER.format(count=count, wanted=wanted))
        elif surplus := self._harvest.surplus:
            self._problems.add(problems.MORE.format(count=count + surplus, wanted=wanted))

    def _answer_tag(self) -> bool:
        match self.place:
            case Place.DRAFT:
                return self.is_blank  # the same tag twice
            case Place.WRAPPER if not self.is_blank:
                return False
            case Place.DEMONSTRATION if self._answer_belongs_inside():
                self._holds_answers = True
                return False
            case Place.DEMONSTRATION:
                self.end(up_to="the answer")
        self.open_draft()
        return True

    def _answer_belongs_inside(self) -> bool:
        if self._answered or self._holds_answers:
            return True
        is_last = self._harvest.closed >= self._harvest.wanted - 1
        return not is_last or self._harvest.written == 1

    def _open_wrapper(self) -> bool:
        if self.place is Place.WRAPPER:
            self._take_untagged()
        self._end_before_demonstration()
        self.leave_stretch()
        self.place = Place.WRAPPER
        self.structured = self._wrapped = True
        self._tagged = False
        self._number = 0
        return True

    def _close_wrapper(self, raw: str) -> bool:
        if self.place is Place.OUTSIDE:
            return self._ignore(raw)
        self.end(up_to="the end of the demonstrations")
        if self.place is Place.WRAPPER:
            self._take_untagged()
        self._wrapped = False
        self.place = Place.OUTSIDE
        return True

    def _item_tag(self, name: str) -> bool:
        if name != "demonstration":
            # Only where it can be nothing else: `<example>` may well be part of an example.
            again = self.place is Place.DEMONSTRATION and self._wrapped and self._item == name
            first = self.place is Place.WRAPPER and (not self._tagged or self._item == name)
            if not again and not first:
                return False
        self._end_before_demonstration()
        self.open_demonstration(name)
        return True

    def _end_before_demonstration(self) -> None:
        if self.place is Place.DEMONSTRATION and not self._item and self.is_blank:
            self._harvest.forget_demonstration()  # a heading above a tag
            self.place = self._home
            return
        self.end(
            up_to="the next one" if self.place is Place.DEMONSTRATION else "the demonstrations"
        )

    def _close(self, tag: Tag, *, text_in: tuple[Place, ...]) -> bool:
        """A closing tag other than the wrapper's; small models write the wrong one."""
        if self.place in text_in:
            return False
        if self.place in (Place.DRAFT, Place.DEMONSTRATION):
            if not self.closed_by(tag.name):
                self._problems.add(problems.WRONG_TAG.format(tag=problems.quote(tag.raw)))
            self.end()
            return True
        if self.place is Place.WRAPPER and not self._tagged and not self.is_blank:
            self._take_untagged()
            return True
        return self._ignore(tag.raw)

    def _ignore(self, raw: str) -> bool:
        self.leave_stretch()
        self._problems.add(problems.STRAY_TAG.format(tag=problems.quote(raw)))
        return True

    @property
    def _home(self) -> Place:
        return Place.WRAPPER if self._wrapped else Place.OUTSIDE

    def _end_draft(self, up_to: str) -> None:
        if up_to:
            self._problems.add(problems.ANSWER_UNCLOSED.format(end=up_to))
        self.draft_closed = not self.is_blank
        self.place = self._home

    def _end_demonstration(self, up_to: str) -> None:
        if not self._item:
            self._problems.add(problems.NUMBERED)
        elif up_to and not self.is_blank and not self._harvest.is_full:
            self._problems.add(problems.unclosed(self._harvest.written, up_to))
        self._harvest.close_demonstration()
        self.place = self._home

    def _take_untagged(self) -> None:
        """What stood in the wrapper: a demonstration, if there were no others."""
        if self._tagged or self.is_blank:
            self.leave_stretch()
            return
        self._problems.add(problems.UNTAGGED)
        text, self._untagged = str(self._untagged), TrimmedText()
        self._harvest.open_demonstration()
        self._harvest.add_demonstration(text)
        self._harvest.close_demonstration()

    def _leave_out(self, text: str) -> None:
        if any(map(str.isalpha, text)) and not is_heading(text):
            self._say(problems.LEFT_OUT, text)

    def _say(self, problem: str, words: str) -> None:
        self._problems.add(problem.format(quote=problems.quote(words)))
