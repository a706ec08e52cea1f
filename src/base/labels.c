/*
 * Settings files made of labels (vusaged.conf, vusagec.conf).
 *
 * A name without a slash is one of the given folder: a file of the working
 * directory, which may belong to anybody, is never read.  Nothing is printed:
 * a file that cannot be understood is none.
 */
#include "config.h"

#include "base/labels.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/line.h"
#include "base/text.h"

#define DEPTH 8 /* files that include one another */

struct box {
	config_t conf; /* first: this is what callers hold */
	const config_label_t *chosen;
	const char *folder;
};

/* One file that is being read. */
struct reading {
	struct box *box;
	config_label_t *label;
	unsigned long line;
	int depth;
	int in_comment;
};

static int read_file(struct box *box, const char *path, int depth);

static void
free_atoms(config_atom_t *atom)
{
	while (atom) {
		config_atom_t *next = atom->next;

		free(atom->name);
		free(atom->data);
		free(atom);
		atom = next;
	}
}

static void
destroy(struct box *box)
{
	config_label_t *label = box ? box->conf.labels : NULL;

	while (label) {
		config_label_t *next = label->next;

		free_atoms(label->atoms);
		free(label->name);
		free(label->filename);
		free(label);
		label = next;
	}
	if (box) {
		free(box->conf.filename);
		free(box->conf.dir);
	}
	free(box);
}

/* ---- the tree ---------------------------------------------------------- */

static int
add_label(struct reading *in, const char *name)
{
	config_t *conf = &in->box->conf;
	config_label_t *label = calloc(1, sizeof *label);

	if (!label)
		return -1;
	label->name = strdup(name);
	label->filename = strdup(conf->filename);
	label->line = in->line;
	if (conf->ltail)
		conf->ltail->next = label;
	else
		conf->labels = label;
	conf->ltail = in->label = label;
	return label->name && label->filename ? 0 : -1;
}

static int
add_atom(struct reading *in, const char *name, const char *data)
{
	config_atom_t *atom = calloc(1, sizeof *atom);

	if (!atom)
		return -1;
	atom->name = strdup(name);
	atom->data = strdup(data);
	atom->line = in->line;
	if (in->label->atail)
		in->label->atail->next = atom;
	else
		in->label->atoms = atom;
	in->label->atail = atom;
	return atom->name && atom->data ? 0 : -1;
}

/* ---- lines ------------------------------------------------------------- */

/* Take what is in comments out of a line, in place; quotes protect. */
static void
cut_comments(struct reading *in, char *line)
{
	char *to = line;
	int quoted = 0;

	for (const char *p = line; *p; p++) {
		if (in->in_comment) {
			if (p[0] == '*' && p[1] == '/') {
				in->in_comment = 0;
				p++;
			}
			continue;
		}
		if (*p == '\\' && p[1]) {
			*to++ = *p++;
		} else if (*p == '"') {
			quoted = !quoted;
		} else if (!quoted && p[0] == '/' && p[1] == '/') {
			break;
		} else if (!quoted && p[0] == '/' && p[1] == '*') {
			in->in_comment = 1;
			p++;
			continue;
		}
		*to++ = *p;
	}
	*to = '\0';
}

/* The byte behind a backslash; *p moves to its last character. */
static char
escaped(const char **p)
{
	int value = 0, digits = 0;

	while (digits < 3 && isdigit((unsigned char)(*p)[digits]))
		value = value * 10 + ((*p)[digits++] - '0');
	if (digits == 0)
		return **p;
	*p += digits - 1;
	return value > 0 && value <= UCHAR_MAX ? (char)value : '?';
}

/*
 * One piece up to a separator outside quotes, without quotes, escapes and
 * the blanks around it, into ret, which is as long as the line.  Returns
 * where the separator, or the end, is; NULL for a quote without its end.
 */
static const char *
take_piece(const char *p, const char *separators, char *ret)
{
	size_t length = 0, kept = 0;
	int quoted = 0;

	p += strspn(p, " \t");
	for (; *p && (quoted || !strchr(separators, *p)); p++) {
		if (*p == '"') {
			quoted = !quoted;
			kept = length;
			continue;
		}
		if (*p == '\\' && p[1] && !quoted) {
			p++;
			ret[length++] = escaped(&p);
			kept = length;
			continue;
		}
		ret[length++] = *p;
		if (quoted || (*p != ' ' && *p != '\t' && *p != '\r'))
			kept = length;
	}
	ret[kept] = '\0';
	return quoted ? NULL : p;
}

static int
include(struct reading *in, const char *name)
{
	AUTO_FREE char *path = vp_labels_path(in->box->folder, name);

	return path ? read_file(in->box, path, in->depth + 1) : -1;
}

/* "key = value;" and "value;" up to the end of the line. */
static int
parse_values(struct reading *in, const char *p)
{
	char name[CONFIG_MAX_LINE + 1], data[CONFIG_MAX_LINE + 1];

	for (p += strspn(p, " \t\r"); *p; p += strspn(p, " \t\r")) {
		const char *end = take_piece(p, "=;", name);

		data[0] = '\0';
		if (end && *end == '=')
			end = take_piece(end + 1, ";", data);
		else if (end) {
			memcpy(data, name, strlen(name) + 1);
			name[0] = '\0';
		}
		if (!end || *end != ';' || !in->label)
			return -1;
		if (strcasecmp(in->label->name, "include") == 0) {
			config_label_t *label = in->label;

			if (include(in, data) != 0)
				return -1;
			in->label = label;
		} else if (add_atom(in, name, data) != 0) {
			return -1;
		}
		p = end + 1;
	}
	return 0;
}

static int
parse_line(struct reading *in, char *line)
{
	char name[CONFIG_MAX_LINE + 1];
	const char *end;

	cut_comments(in, line);
	if (line[strspn(line, " \t\r")] == '\0')
		return 0;
	if (*line == ' ' || *line == '\t')
		return parse_values(in, line);
	end = take_piece(line, ":", name);
	if (!end || *end != ':' || *name == '\0')
		return -1;
	return add_label(in, name) == 0 ? parse_values(in, end + 1) : -1;
}

static int
read_lines(struct reading *in, FILE *fp)
{
	AUTO_FREE char *line = NULL;
	size_t cap = 0;

	for (;;) {
		ssize_t length =
		    vp_line_read(fp, &line, &cap, CONFIG_MAX_LINE - 1);

		if (length < 0 && errno == 0 && !in->in_comment)
			return 0;
		in->box->conf.line = ++in->line;
		if (length < 0 || parse_line(in, line) != 0) {
			errno = EBADMSG;
			return -1;
		}
	}
}

static int
read_file(struct box *box, const char *path, int depth)
{
	struct reading in = { .box = box, .depth = depth };
	AUTO_FCLOSE FILE *fp = NULL;

	if (depth >= DEPTH) {
		errno = ELOOP;
		return -1;
	}
	fp = fopen(path, "re");
	return fp ? read_lines(&in, fp) : -1;
}

/* ---- the interface ----------------------------------------------------- */

char *
vp_labels_path(const char *folder, const char *name)
{
	char *path = NULL;

	if (*name == '/')
		return strdup(name);
	if (*name == '\0' || strchr(name, '/')) {
		errno = EINVAL;
		return NULL;
	}
	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static int
read_into(struct box *box, const char *path)
{
	const char *slash = strrchr(path, '/');

	box->conf.filename = strdup(path);
	box->conf.dir =
	    slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
	if (!box->conf.filename || !box->conf.dir)
		return -1;
	return read_file(box, path, 0);
}

config_t *
vp_labels_read(const char *folder, const char *path, unsigned long *ret_line)
{
	struct box *box = calloc(1, sizeof *box);

	*ret_line = 0;
	if (!box)
		return NULL;
	box->folder = folder;
	if (read_into(box, path) != 0) {
		int error = errno;

		*ret_line = box->conf.line;
		destroy(box);
		errno = error;
		return NULL;
	}
	box->folder = NULL;
	return &box->conf;
}

static struct box *
box_of(config_t *config)
{
	return (struct box *)(void *)config;
}

void
vp_labels_free(config_t *config)
{
	if (config)
		destroy(box_of(config));
}

const config_label_t *
vp_label_find(const config_label_t *label, const char *name)
{
	while (label && strcasecmp(label->name, name) != 0)
		label = label->next;
	return label;
}

char *
vp_label_value(const config_label_t *label, const char *name)
{
	const config_atom_t *atom = label->atoms;

	while (atom && strcasecmp(atom->name, name) != 0)
		atom = atom->next;
	return atom ? atom->data : NULL;
}

char *
vp_labels_get(const config_t *config, const char *label, const char *name)
{
	const config_label_t *found = vp_label_find(config->labels, label);
	char *value = NULL;

	for (; found && !value; found = vp_label_find(found->next, label))
		value = vp_label_value(found, name);
	return value;
}

const config_label_t **
vp_labels_chosen(config_t *config)
{
	return &box_of(config)->chosen;
}
