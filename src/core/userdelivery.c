/*
 * What the lines of an account's .qmail mean, and how they are changed.
 *
 * A line is ours if it forwards, delivers into the account's own Maildir,
 * throws away ("# delete", as panels of old write it) or answers; every other
 * line is somebody's and stays.  A file without any instruction throws mail
 * away, while one that is not there delivers normally.
 */
#include "config.h"

#include "core/userdelivery.h"

#include <string.h>

#include "qmail/dotqmail.h"

#define MAILDIR "/Maildir/"
#define DELETE  "# delete"

enum line { BLANK, COMMENT, DISCARD, COPY, FORWARD, ANSWER, OTHER };

static int
is_answer(const char *command)
{
	const char *found = strstr(command, "autorespond ");

	return found && strstr(found, "/vacation");
}

static int
is_discard(const char *command)
{
	return strstr(command, "/true delete") != NULL;
}

static int
is_own_maildir(const char *path, const char *home)
{
	const size_t length = strlen(home);

	return strcmp(path, "." MAILDIR) == 0 ||
	       (strncmp(path, home, length) == 0 &&
		   strcmp(path + length, MAILDIR) == 0);
}

/* Classify a line, which is changed; *ret_text is what it says. */
static enum line
classify(char *line, const char *home, const char **ret_text)
{
	const int is_comment = line[strspn(line, " \t\r")] == '#';
	struct vp_instruction found;

	vp_dotqmail_parse(line, &found);
	*ret_text = found.text;
	switch (found.kind) {
	case VP_NOTHING:
		if (strcmp(found.text, DELETE) == 0)
			return DISCARD;
		return is_comment ? COMMENT : BLANK;
	case VP_COMMAND:
		if (is_answer(found.text))
			return ANSWER;
		return is_discard(found.text) ? DISCARD : OTHER;
	case VP_MAILDIR:
		return is_own_maildir(found.text, home) ? COPY : OTHER;
	case VP_FORWARD:
		return FORWARD;
	case VP_MBOX:
	default:
		return OTHER;
	}
}

/* ---- reading ---------------------------------------------------------- */

/* How often each kind of line is there. */
struct found {
	size_t of[OTHER + 1];
};

static int
read_line(char *line, const char *home, struct vpop_delivery *ret,
    struct found *found)
{
	AUTO_FREE char *whole = strdup(line);
	const char *text;

	if (!whole)
		return -1;
	enum line kind = classify(line, home, &text);
	found->of[kind]++;
	if (kind == FORWARD)
		return vpop_texts_add(&ret->destinations, text);
	if (kind == OTHER || kind == COMMENT)
		return vpop_texts_add(&ret->custom, whole);
	return 0;
}

static enum vpop_delivery_mode
mode_of(const struct found *found)
{
	if (found->of[FORWARD] > 0)
		return VPOP_DELIVERY_FORWARD;
	if (found->of[COPY] > 0)
		return VPOP_DELIVERY_NORMAL;
	if (found->of[DISCARD] > 0)
		return VPOP_DELIVERY_DISCARD;
	return found->of[OTHER] == 0 &&
		       found->of[COMMENT] + found->of[ANSWER] > 0
		   ? VPOP_DELIVERY_DISCARD
		   : VPOP_DELIVERY_NORMAL;
}

static int
read_text(const char *text, const char *home, struct vpop_delivery *ret,
    struct found *found)
{
	AUTO_FREE char *copy = strdup(text);
	char *rest = copy, *line;
	int rc = copy ? 0 : -1;

	*ret = (struct vpop_delivery){ .mode = VPOP_DELIVERY_NORMAL };
	*found = (struct found){ { 0 } };
	while (rc == 0 && (line = strsep(&rest, "\n")) != NULL)
		rc = read_line(line, home, ret, found);
	ret->mode = mode_of(found);
	ret->keep_copy = found->of[COPY] > 0;
	return rc;
}

int
vp_delivery_read(const char *text, const char *home, struct vpop_delivery *ret)
{
	struct found found;

	return read_text(text, home, ret, &found);
}

int
vp_delivery_answers(const char *text)
{
	struct vpop_delivery delivery;
	struct found found;
	int rc = read_text(text, "", &delivery, &found);

	vpop_delivery_clear(&delivery);
	return rc == 0 && found.of[ANSWER] > 0;
}

void
vpop_delivery_clear(struct vpop_delivery *delivery)
{
	vpop_texts_clear(&delivery->destinations);
	vpop_texts_clear(&delivery->custom);
}

/* ---- writing ---------------------------------------------------------- */

struct writer {
	FILE *fp;
	const char *home;
	const struct vpop_delivery *wanted;
	int copy;    /* is a delivery into the mailbox needed? */
	int is_done; /* our lines are written */
};

static void
put_ours(struct writer *w)
{
	const struct vpop_delivery *wanted = w->wanted;

	if (w->is_done)
		return;
	w->is_done = 1;
	for (size_t i = 0; wanted->mode == VPOP_DELIVERY_FORWARD &&
			   i < wanted->destinations.count;
	     i++)
		fprintf(w->fp, "&%s\n", wanted->destinations.text[i]);
	if (wanted->mode == VPOP_DELIVERY_DISCARD)
		fputs(DELETE "\n", w->fp);
	else if (w->copy)
		fprintf(w->fp, "%s" MAILDIR "\n", w->home);
}

/* The lines of one kind or another, those of others left out. */
static int
put_lines(struct writer *w, const char *text, int answers)
{
	AUTO_FREE char *copy = strdup(text);
	char *rest = copy, *line;
	const char *says;

	while (copy && (line = strsep(&rest, "\n")) != NULL) {
		AUTO_FREE char *whole = strdup(line);

		if (!whole)
			return -1;
		enum line kind = classify(line, w->home, &says);
		if (answers ? kind == ANSWER : kind == OTHER || kind == COMMENT)
			fprintf(w->fp, "%s\n", whole);
		else if (!answers && kind != BLANK && kind != ANSWER)
			put_ours(w);
	}
	return copy ? 0 : -1;
}

/* A copy for the mailbox, unless the account's own programs deliver. */
static int
needs_copy(const struct vpop_delivery *wanted, const struct vpop_delivery *now,
    const struct found *found)
{
	if (wanted->mode == VPOP_DELIVERY_FORWARD)
		return wanted->keep_copy;
	return !(now->mode == VPOP_DELIVERY_NORMAL && !now->keep_copy &&
		 found->of[OTHER] > 0);
}

static int
put(struct writer *w, const char *text)
{
	struct vpop_delivery now;
	struct found found;
	int rc = read_text(text, w->home, &now, &found);

	/* The file would say what is so without it. */
	if (rc == 0 && w->wanted->mode == VPOP_DELIVERY_NORMAL &&
	    found.of[OTHER] + found.of[COMMENT] + found.of[ANSWER] == 0) {
		vpop_delivery_clear(&now);
		return 0;
	}
	w->copy = needs_copy(w->wanted, &now, &found);
	vpop_delivery_clear(&now);
	if (rc == 0)
		rc = put_lines(w, text, 0);
	if (rc == 0) {
		put_ours(w);
		rc = put_lines(w, text, 1);
	}
	return rc;
}

char *
vp_delivery_write(
    const char *text, const char *home, const struct vpop_delivery *wanted)
{
	struct writer w = { .home = home, .wanted = wanted };
	char *made = NULL;
	size_t size;
	int rc;

	w.fp = open_memstream(&made, &size);
	if (!w.fp)
		return NULL;
	rc = put(&w, text);
	if (fclose(w.fp) == 0 && rc == 0)
		return made;
	free(made);
	return NULL;
}

/* Without the answer nothing else changes; what is then left may be what is
 * so without a file. */
char *
vp_delivery_silent(const char *text, const char *home)
{
	struct vpop_delivery now;
	AUTO_FREE char *copy = strdup(text), *kept = NULL;
	char *rest = copy, *line, *made = NULL;
	const char *says;
	size_t size;
	FILE *fp = open_memstream(&kept, &size);

	while (fp && copy && (line = strsep(&rest, "\n")) != NULL) {
		AUTO_FREE char *whole = strdup(line);

		if (whole && *whole && classify(line, home, &says) != ANSWER)
			fprintf(fp, "%s\n", whole);
	}
	if (!fp || fclose(fp) != 0 || !copy)
		return NULL;
	if (vp_delivery_read(kept, home, &now) == 0)
		made = now.mode == VPOP_DELIVERY_NORMAL
			   ? vp_delivery_write(kept, home, &now)
			   : strdup(kept);
	vpop_delivery_clear(&now);
	return made;
}
