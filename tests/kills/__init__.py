"""A bot that is killed at any moment, people who go on pressing, and what must be true of it; no part of the product.

The bot is a process of its own (`starting`), the Bot API is the sandbox's (`witness`), `moments` are when it is killed,
the people press what stands on their cards (`people`), and `playing` starts the bot again on the same rows. After each
kill, while nobody writes, `checks` lays what was shown beside what is stored:

===================  =================================================================================================
told is stored       what was confirmed to Telegram, or answered to whoever pressed, is a row in `seen_update`; no
                     card shows a turn that is not stored
consents             a sender has as many referrals as cards said *Gemt* to her; one more where she has said yes and has
                     not seen it, never fewer; every code that was shown to anybody is a referral
nothing forgotten    each referral is taken, closed, or has a clock that will be due
one has it           whoever was told *Du har taget* is who it is stored for, and nobody else was told so
outcomes             as many as conversations were seen to end after the second question; one more for each that is
                     open; in the end neither more nor fewer, and the hand-overs among them are the referrals
no message is lost   whatever stands in a chat is known by its number, or a row in `sending` says where to look for it
a notice may repeat  and says the same: it has the code of something that is there
===================  =================================================================================================

In the end there is fair weather, everybody goes on until nothing is left to press, each hand-over was brought to its
end by what stood on the cards alone, and hours later nothing stands in any chat but what may.
"""
