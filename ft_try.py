import asyncio, sys, tempfile, time, sqlite3, os
from pathlib import Path
from tests.kills.playing import Way, play
from tests.kills import witness

T0 = time.time()
ev = []
_tell = witness.Witness.tell


def tell(self, event):
    _tell(self, event)
    ev.append(
        (
            round(time.time() - T0, 3),
            event.get("type"),
            {k: v for k, v in event.items() if k not in ("type", "weather", "notifications")},
        )
    )


if os.environ.get("EV"):
    witness.Witness.tell = tell


async def main():
    kills, seed, web = int(sys.argv[1]), int(sys.argv[2]), len(sys.argv) > 3
    d = Path(tempfile.mkdtemp())
    t = time.time()
    p = await play(Way(f"sqlite:///{d}/opspor.db", web), d, kills, seed)
    print(
        d,
        round(time.time() - t),
        "s",
        p.kills,
        dict(p.struck),
        "pressed",
        sum(o.pressed for o in p.people),
        "updates",
        len(p.world.confirmed),
        "sent",
        len(p.world.notices),
    )
    for o in p.people:
        print(
            o.chat,
            o.turn,
            o.pressed,
            len(getattr(o, "talks", [])),
            sum(t.stored for t in getattr(o, "talks", [])),
            len(getattr(o, "taken", [])),
            len(getattr(o, "closed", [])),
            o.done,
        )
    for w in p.wrongs[:30]:
        print("WRONG", w)
    if p.wrongs:
        c = sqlite3.connect(d / "opspor.db")
        for tb in ("staff", "sending", "notice", "trace", "referral", "session"):
            print(tb)
            cols = "id,turn,live,active" if tb == "staff" else "*"
            for r in c.execute(f"select {cols} from {tb}"):
                print("  ", [str(x)[:40] for x in r])
        for e in ev:
            print(str(e)[:600])


asyncio.run(main())
