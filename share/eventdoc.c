/*
 * What people and programs read about the events, from the table that the
 * library sends them by: "page" is vpopmail-events(7), "types" lists the
 * types, "schema TYPE" is the JSON Schema of one.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/event.h"

static const char head[] =
    ".Dd November 23, 2026\n"
    ".Dt VPOPMAIL-EVENTS 7\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm vpopmail-events\n"
    ".Nd what is told of changes\n"
    ".Sh DESCRIPTION\n"
    "An event is one change: of a domain, an account, a zone, a web site.\n"
    "Before it is made,\n"
    ".Em questions\n"
    "are asked, which may refuse it; when it was made it is a\n"
    ".Em fact .\n"
    "Executables get both, see\n"
    ".Xr vpopmail-hooks 5 ;\n"
    "web servers are told of facts, see\n"
    ".Xr vpopmail-webhooks 5 ;\n"
    ".Xr vevents 1\n"
    "shows facts, and programs read them by\n"
    ".Xr vpop_event 3 .\n"
    ".Ss The envelope\n"
    "An event is a JSON object in one line:\n"
    ".Bd -literal -offset 2n\n"
    "{\"id\":\"01KAV5Y9H00B6R1X9T8W000012\",\"type\":\"user.quota.changed\",\n"
    " \"time\":\"2026-11-23T10:00:00Z\",\"seq\":34,\"schema\":1,\n"
    " \"actor\":{\"kind\":\"account\",\"id\":\"postmaster@example.com\",\n"
    "          \"via\":\"vpopmaild\",\"address\":\"192.0.2.7\"},\n"
    " \"object\":{\"kind\":\"user\",\"id\":\"bob@example.com\",\n"
    "           \"domain\":\"example.com\"},\n"
    " \"data\":{\"old\":{\"quota\":\"NOQUOTA\"},\"new\":{\"quota\":\"5000S\"}}}"
    "\n"
    ".Ed\n"
    ".Bl -tag -width Ds\n"
    ".It Cm id\n"
    "Tells the event from all others, also of other sites: 26 letters and\n"
    "digits that begin with the time.\n"
    "Who is told the same twice knows by it.\n"
    ".It Cm type\n"
    "One of those below.\n"
    ".It Cm time\n"
    "When the change began.\n"
    ".It Cm seq\n"
    "Grows with every fact of the site, in the order in which they were made.\n"
    "There may be gaps.\n"
    ".It Cm schema\n"
    "The version of all this, 1.\n"
    "More fields may come without a new version: ignore what you do not know.\n"
    ".It Cm actor\n"
    "Who asked:\n"
    ".Cm kind\n"
    "is\n"
    ".Ql account\n"
    "if\n"
    ".Cm id\n"
    "is an address, else\n"
    ".Ql system ;\n"
    ".Cm via\n"
    "is the program,\n"
    ".Cm address\n"
    "its client's address, and\n"
    ".Cm request\n"
    "the request's number, where they are known.\n"
    ".It Cm object\n"
    "What was changed, and the real domain it belongs to, if it does to one.\n"
    ".It Cm data\n"
    "The fields that were changed, as they were\n"
    ".Pq Cm old\n"
    "and as they are\n"
    ".Pq Cm new ;\n"
    "either may be null.\n"
    "A secret is never told: a password that was changed is\n"
    ".Ql {\"changed\":true} .\n"
    "Flags of accounts are a list of the names that\n"
    ".Ql vuserinfo --json\n"
    "has.\n"
    ".El\n"
    ".Pp\n"
    "A question has neither\n"
    ".Cm id\n"
    "nor\n"
    ".Cm seq .\n"
    ".Ss Types\n"
    "In brackets: the kind of the object, and who sends it, the library or\n"
    "another program.\n"
    "Fields with a star are always there.\n";

static const char foot[] =
    ".Pp\n"
    "Events of other modules begin with\n"
    ".Ql ext. .\n"
    "Logins are not among the events: programs on the way of logins and\n"
    "deliveries do not write the journal.\n"
    ".Sh FILES\n"
    ".Bl -tag -width Ds\n"
    ".It Pa share/vhostadmin/events/*.json\n"
    "A JSON Schema (draft 2020-12) for each type;\n"
    ".Ql vevents schema\n"
    "prints the same.\n"
    ".El\n"
    ".Sh SEE ALSO\n"
    ".Xr vevents 1 ,\n"
    ".Xr vpop_event 3 ,\n"
    ".Xr vpopmail-hooks 5 ,\n"
    ".Xr vpopmail-journal 5 ,\n"
    ".Xr vpopmail-webhooks 5 ,\n"
    ".Xr veventd 8\n";

static const char *
type_words(const char *type)
{
	static const char *const words[] = { "int", "a number", "bool",
		"true or false", "flags", "names of flags", "secret",
		"a secret", "texts", "a list", "null", "text or null" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i += 2)
		if (strncmp(type, words[i], strlen(words[i])) == 0)
			return words[i + 1];
	return "text";
}

/* "name!" as "name*", "name:type" as "name (type)". */
static void
print_fields(const char *label, const char *fields)
{
	int count = 0;

	if (!fields)
		return;
	printf("%s:", label);
	while (*(fields += strspn(fields, " "))) {
		int length = (int)strcspn(fields, " ");
		int name = (int)strcspn(fields, " :!");
		int always = fields[length - 1] == '!';
		int type = length - name - always;

		if (fields[0] == '?')
			printf("%s null or", count ? "," : "");
		else if (fields[0] == '*')
			printf(" the names of settings");
		else
			printf("%s %.*s%s", count++ ? "," : "", name, fields,
			    always ? "*" : "");
		if (type > 1)
			printf(" (%s)", type_words(fields + name + 1));
		fields += length;
	}
	puts(".");
}

static void
print_page(void)
{
	fputs(head, stdout);
	puts(".Bl -tag -width Ds");
	for (const struct vp_event_type *type = vp_event_types; type->name;
	     type++) {
		printf(".It Cm %s Pq %s, %s\n%s\n", type->name, type->kind,
		    type->sender, type->about);
		print_fields("Old", type->old);
		print_fields("New", type->new);
	}
	puts(".El");
	fputs(foot, stdout);
}

static int
print_schema(const char *name)
{
	const struct vp_event_type *type = vp_event_find(name);
	json_t *schema = type ? vp_event_schema(type) : NULL;
	int rc = schema ? json_dumpf(schema, stdout, JSON_INDENT(1)) : -1;

	putchar('\n');
	json_decref(schema);
	return rc;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int rc = 0;

	if (strcmp(what, "page") == 0)
		print_page();
	else if (strcmp(what, "types") == 0)
		for (size_t i = 0; vp_event_types[i].name; i++)
			puts(vp_event_types[i].name);
	else if (strcmp(what, "schema") == 0 && argc == 3)
		rc = print_schema(argv[2]);
	else
		rc = -1;
	return rc == 0 && fflush(stdout) == 0 ? 0 : 1;
}
