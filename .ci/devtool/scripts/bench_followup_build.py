# Run in an Odoo shell by `./dev bench followup`: the book, neither product installed.
from bench_followup_book import FollowupBook
from bench_script import options, report


def main(env):
    given = options()
    report(FollowupBook.create(env, given["date"], given["size"]))


main(env)
