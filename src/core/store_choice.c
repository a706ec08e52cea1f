/*
 * Domains with a store of their own: etc/stores, lines of a real domain and
 * the name of its store.
 *
 * The file is read when it is first asked for and again when it has changed;
 * where there is none, asking costs one stat.  A line that cannot be
 * understood is a failure, because taking the wrong store would make
 * accounts disappear.
 */
#include "config.h"

#include "core/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/line.h"
#include "base/text.h"

#define MAX_FILE (16 << 20)
#define BLANK    " \t\r"

struct vp_store_choices {
	struct stat st; /* of the file that was read */
	char *text;     /* "domain store" lines, cut into words */
	size_t size;
};

void
vp_store_choices_free(struct vp_store_choices *choices)
{
	if (!choices)
		return;
	free(choices->text);
	free(choices);
}

int
vp_store_is_trusted(const struct vpop *vp, const struct stat *st)
{
	return (st->st_uid == 0 || st->st_uid == vp->uid) &&
	       (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Append a line's words to *end: 1, 0 nothing in it, -1 not understood. */
static int
keep_line(char *line, char **end)
{
	char *domain = line + strspn(line, BLANK);
	char *name = domain + strcspn(domain, BLANK);

	if (*domain == '\0' || *domain == '#')
		return 0;
	if (*name)
		*name++ = '\0';
	name += strspn(name, BLANK);
	char *rest = name + strcspn(name, BLANK);
	if (rest[strspn(rest, BLANK)] != '\0')
		return -1;
	*rest = '\0';
	if (!vp_store_is_name(name))
		return -1;

	size_t domain_size = strlen(domain) + 1, name_size = strlen(name) + 1;
	memmove(*end, domain, domain_size);
	memmove(*end + domain_size, name, name_size);
	*end += domain_size + name_size;
	return 1;
}

/* Leave only words in the text; 0, or the number of the bad line. */
static unsigned long
cut_words(char *text, size_t *ret_size)
{
	char *rest = text, *end = text, *line;
	unsigned long number = 0;

	while ((line = strsep(&rest, "\n")) != NULL) {
		number++;
		if (keep_line(line, &end) < 0)
			return number;
	}
	*ret_size = (size_t)(end - text);
	return 0;
}

static int
read_file(struct vpop *vp, const char *path, struct vp_store_choices *choices)
{
	size_t size;
	AUTO_FREE char *text = NULL;

	if (!S_ISREG(choices->st.st_mode) ||
	    !vp_store_is_trusted(vp, &choices->st))
		return vp_fail(vp, VA_NO_AUTH_MODULE,
		    "'%s' must be a file of root or '%s' that nobody else can "
		    "write",
		    path, vp->set.vpopuser);
	text = vp_file_read(-1, path, MAX_FILE, &size);
	if (!text)
		return vp_fail_errno(
		    vp, VA_NO_AUTH_MODULE, "cannot read '%s'", path);
	if (strlen(text) != size)
		return vp_fail(
		    vp, VA_NO_AUTH_MODULE, "'%s' has a NUL byte", path);
	unsigned long line = cut_words(text, &choices->size);
	if (line != 0)
		return vp_fail(vp, VA_NO_AUTH_MODULE,
		    "'%s' line %lu is not a domain and the name of its store",
		    path, line);
	choices->text = text;
	text = NULL;
	return 0;
}

/* Make *choices what the file says now; NULL if there is none. */
static int
refresh(struct vpop *vp, struct vp_store_choices **choices)
{
	AUTO_FREE char *path = NULL;
	struct vp_store_choices *fresh;
	struct stat st;

	if (asprintf(&path, "%s/" VP_STORE_CHOICES, vp->etc) < 0) {
		path = NULL;
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	if (lstat(path, &st) != 0) {
		if (errno != ENOENT)
			return vp_fail_errno(
			    vp, VA_NO_AUTH_MODULE, "cannot look at '%s'", path);
		vp_store_choices_free(*choices);
		*choices = NULL;
		return 0;
	}
	if (*choices && vp_file_is_same(&st, &(*choices)->st))
		return 0;
	fresh = calloc(1, sizeof *fresh);
	if (!fresh)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	fresh->st = st;
	int code = read_file(vp, path, fresh);
	if (code != 0) {
		vp_store_choices_free(fresh);
		return code;
	}
	vp_store_choices_free(*choices);
	*choices = fresh;
	return 0;
}

int
vp_store_choice(struct vpop *vp, struct vp_store_choices **choices,
    const char *domain, char ret_name[VP_STORE_NAME_SIZE])
{
	int code = refresh(vp, choices);

	if (code != 0 || !*choices)
		return code;

	const char *end = (*choices)->text + (*choices)->size;
	for (const char *word = (*choices)->text; word < end;) {
		const char *name = word + strlen(word) + 1;

		if (strcasecmp(word, domain) == 0)
			return vp_copy(ret_name, VP_STORE_NAME_SIZE, name) == 0;
		word = name + strlen(name) + 1;
	}
	return 0;
}
