"""What came of a torment."""

from dataclasses import dataclass, field


@dataclass
class Came:
    """How often something was done, what was seen, and what should not have been."""

    what: str
    times: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def see(self, sign: str, times: int = 1) -> None:
        self.seen[sign] = self.seen.get(sign, 0) + times

    def require(self, holds: bool, otherwise: str) -> None:
        """Notes what is wrong unless something holds."""
        if not holds:
            self.wrong.append(otherwise)

    def row(self) -> str:
        """A row of the table in docs/reliability.md."""
        seen = ", ".join(f"{times:,} {sign}" for sign, times in self.seen.items())
        verdict = f"**{len(self.wrong)} wrong**" if self.wrong else "nothing wrong"
        return f"| {self.what} | {self.times:,} | {seen}; {verdict} |"
