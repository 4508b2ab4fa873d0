"""`rules`: merchandising rules from the command line: see them, publish a file, bring a version back."""

import getpass
from pathlib import Path

import click

from recsys.cli.context import Command, Group, json_option, require_shop
from recsys.cli.output import print_json, print_notes, print_table
from recsys.settings import Settings

who_option = click.option("--who", default=getpass.getuser, show_default="your login", help="Who answers for it.")


@click.group(cls=Group)
def rules() -> None:
    """Merchandising rules: pin, soft pin, boost, bury, block, filter, slot and cap."""


@rules.command("list", cls=Command)
@json_option
@click.pass_obj
def list_rules(settings: Settings, as_json: bool) -> None:
    """Show the published rules, each with its state now.

    With --json the answer is a file that `rules publish` takes.

    Example:
      vitrine rules list
      vitrine rules list --json > rules.json
    """
    from recsys.rules.book import read_rules
    from recsys.rules.words import describe_rule
    from recsys.workflows.lists import now

    require_shop(settings.shop)
    found, at = read_rules(settings.shop), now()
    if as_json:
        print_json({"version": found.version, "rules": [rule.to_json() for rule in found.rules]})
        return
    click.echo(f"Version {found.version}, {len(found)} rule{'' if len(found) == 1 else 's'}.")
    rows = [[r.rule_id, str(r.status_at(at)), describe_rule(r), r.owner, r.reason] for r in found.rules]
    print_table(["rule", "state", "what it does", "owner", "reason"], rows)


@rules.command(cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--why", required=True, help="The reason, kept with the version.")
@who_option
@click.option(
    "--expected-version", type=click.IntRange(0), help="Refuse if another version is live; without it whatever stands."
)
@json_option
@click.pass_obj
def publish(settings: Settings, file: Path, why: str, who: str, expected_version: int | None, as_json: bool) -> None:
    """Make the rules of a JSON or CSV file the live ones, all of them, as a new version.

    A JSON file that names its version, as `rules list --json` writes it, is refused when another one is live by now.

    Example:
      vitrine rules publish rules.json --why "autumn campaign"
    """
    from recsys.rules.book import publish as write
    from recsys.rules.exchange import read_file

    require_shop(settings.shop)
    found = read_file(file)
    expected = found.version if expected_version is None else expected_version
    published = write(settings.shop, found.rules, expected, who=who, why=why)
    answer = {"version": published.version, "rules": len(published)}
    if as_json:
        print_json(answer)
        return
    click.echo(f"Version {published.version} with {len(published)} rules is live.")


@rules.command(cls=Command)
@click.option(
    "--to", "to_version", type=click.IntRange(0), help="The version to bring back; without it the one before."
)
@click.option("--why", default="", help="The reason, kept with the new version.")
@who_option
@json_option
@click.pass_obj
def undo(settings: Settings, to_version: int | None, why: str, who: str, as_json: bool) -> None:
    """Publish an earlier version's rules again, as a new version; 0 is a shop without rules.

    Example:
      vitrine rules undo
      vitrine rules undo --to 3 --why "the campaign is over"
    """
    from recsys.rules.book import undo as bring_back

    require_shop(settings.shop)
    published = bring_back(settings.shop, to_version, who=who, why=why)
    if as_json:
        print_json({"version": published.version, "rules": len(published)})
        return
    click.echo(f"Version {published.version} with {len(published)} rules is live.")


@rules.command(cls=Command)
@json_option
@click.pass_obj
def history(settings: Settings, as_json: bool) -> None:
    """List every version with who published it, when and why, newest first.

    Example:
      vitrine rules history
    """
    from recsys.rules.book import history as read
    from recsys.rules.versions import Version

    require_shop(settings.shop)
    rows, notes = [], []
    for version in read(settings.shop):
        if isinstance(version, Version):
            when = version.published_at.isoformat(timespec="seconds")
            rows.append([version.version, when, version.published_by, len(version.rules), version.why])
        else:
            notes.append(version.message)
    columns = ["version", "published", "by", "rules", "why"]
    if as_json:
        print_json({"versions": [dict(zip(columns, row, strict=True)) for row in rows], "damaged": notes})
        return
    print_notes(notes)
    print_table(columns, rows)
