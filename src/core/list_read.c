/*
 * What a mailing list is set to, as the files in its folder say: most
 * options are the presence of a file.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>

#include "base/line.h"
#include "base/text.h"
#include "core/list.h"

#define MAX_FILE 65536

/* The file of each option of VP_LIST_NAMES; NULL: none of its own. */
static const struct {
	char letter;
	const char *file;
} flags[] = {
	{ 'a', "archived" },
	{ 'b', "modgetonly" },
	{ 'd', "digested" },
	{ 'f', "prefix" },
	{ 'g', "subgetonly" },
	{ 'h', "nosubconfirm" },
	{ 'i', "threaded" },
	{ 'j', "nounsubconfirm" },
	{ 'k', NULL },
	{ 'l', "modcanlist" },
	{ 'm', "modpost" },
	{ 'n', "modcanedit" },
	{ 'o', "modpostonly" },
	{ 'p', "public" },
	{ 'q', NULL },
	{ 'r', "remote" },
	{ 's', "modsub" },
	{ 't', "addtrailer" },
	{ 'u', "subpostonly" },
	{ 'w', "nowarn" },
	{ 'x', "mimeremove" },
	{ 'y', "confirmpost" },
};

int
vp_list_has(const char *options, int letter)
{
	return strchr(options, letter) != NULL;
}

static int
cannot_read(const struct vp_list *list, const char *file)
{
	return vp_fail_errno(list->vp, vp_code_of_errno(errno, VA_BAD_DIR),
	    "cannot read '%s/%s/%s'", list->domain.dir, list->name, file);
}

static int
read_options(const struct vp_list *list, char *options)
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		int on = 0;

		if (flags[i].file) {
			on = faccessat(list->listfd, flags[i].file, F_OK,
				 AT_SYMLINK_NOFOLLOW) == 0;
			if (!on && errno != ENOENT)
				return cannot_read(list, flags[i].file);
		}
		options[count++] =
		    on ? flags[i].letter : (char)(flags[i].letter - 'a' + 'A');
	}
	options[count] = '\0';
	return 0;
}

/* A file's text, "" if there is none, malloc'd; NULL and *ret_code. */
static char *
read_file(const struct vp_list *list, const char *file, int *ret_code)
{
	char *text = vp_file_read(list->listfd, file, MAX_FILE, NULL);

	if (!text && errno == ENOENT)
		text = strdup("");
	if (!text)
		*ret_code = cannot_read(list, file);
	return text;
}

/* What is too long for its place is told and never cut. */
static int
give(const struct vp_list *list, const char *file, const char *text,
    char ret_text[VPOP_LIST_TEXT_SIZE])
{
	if (vp_copy(ret_text, VPOP_LIST_TEXT_SIZE, text) == 0)
		return 0;
	return cannot_read(list, file);
}

/* The first line of a file. */
static int
read_line(const struct vp_list *list, const char *file,
    char ret_text[VPOP_LIST_TEXT_SIZE])
{
	int code = 0;
	AUTO_FREE char *text = read_file(list, file, &code);

	if (!text)
		return code;
	text[strcspn(text, "\n")] = '\0';
	code = give(list, file, text, ret_text);
	explicit_bzero(text, strlen(text));
	return code;
}

/* The address in the dot-qmail text of <list>-owner, if there is one. */
static int
read_owner(const struct vp_list *list, char ret_owner[VPOP_LIST_TEXT_SIZE])
{
	int code = 0;
	AUTO_FREE char *text = read_file(list, "owner", &code);
	char *rest = text, *line;

	ret_owner[0] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL) {
		line += strspn(line, "& \t");
		if (*line == '\0' || strchr("#|/.", *line) ||
		    !strchr(line, '@'))
			continue;
		line[strcspn(line, " \t\r")] = '\0';
		return give(list, "owner", line, ret_owner);
	}
	return code;
}

static int
read_reply(const struct vp_list *list, struct vpop_list *ret_list)
{
	static const char field[] = "Reply-To:";
	int code = 0;
	AUTO_FREE char *text = read_file(list, "headeradd", &code);
	char *rest = text, *line;

	ret_list->reply = VPOP_LIST_REPLY_SENDER;
	while (code == 0 && (line = strsep(&rest, "\n")) != NULL) {
		if (strncasecmp(line, field, sizeof field - 1) != 0)
			continue;
		line += sizeof field - 1;
		line += strspn(line, " \t");
		line[strcspn(line, "\r")] = '\0';
		ret_list->reply = VPOP_LIST_REPLY_LIST;
		ret_list->reply_address[0] = '\0';
		if (strcasecmp(line, "<#l#>@<#h#>") == 0)
			continue;
		ret_list->reply = VPOP_LIST_REPLY_ADDRESS;
		code = give(list, "headeradd", line, ret_list->reply_address);
	}
	return code;
}

int
vp_list_read(const struct vp_list *list, struct vpop_list *ret_list)
{
	struct vpop_list found = { .reply = VPOP_LIST_REPLY_SENDER };
	int code;

	if (vp_copy(found.name, sizeof found.name, list->name) != 0 ||
	    vp_copy(found.domain, sizeof found.domain, list->domain.real) !=
		0 ||
	    vp_format(found.dir, sizeof found.dir, "%s/%s", list->domain.dir,
		list->name) != 0)
		return cannot_read(list, "");
	if ((code = read_options(list, found.options)) < 0 ||
	    (code = read_owner(list, found.owner)) < 0 ||
	    (code = read_line(list, "prefix", found.prefix)) < 0 ||
	    (code = read_reply(list, &found)) < 0 ||
	    (code = read_line(list, "subdb", found.sql)) < 0)
		return code;
	*ret_list = found;
	explicit_bzero(found.sql, sizeof found.sql);
	return 0;
}

int
vpop_list_get(struct vpop *vp, const char *name, const char *domain,
    struct vpop_list *ret_list)
{
	struct vp_list list;
	int code = vp_list_open(vp, name, domain, VP_LIST_READ, &list);

	if (code < 0)
		return code;
	code = vp_list_read(&list, ret_list);
	vp_list_close(&list);
	return code;
}
