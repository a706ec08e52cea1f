/*
 * The dot-qmail files of a domain's folder by name.  Aliases, autoresponders
 * and mailing lists are all such files: which is what, is seen when one is
 * read.
 */
#include "config.h"

#include "modules/mail/names.h"

#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

#define PREFIX  ".qmail-"
#define DEFAULT "default"

/* Of a mailing list's links only the one with its own name counts. */
static int
is_part_of_list(const char *folder, const char *file)
{
	AUTO_FREE char *path = NULL;
	struct stat st;

	if (!strstr(file, "-default") && !strstr(file, "-owner"))
		return 0;
	if (asprintf(&path, "%s/%s", folder, file) < 0) {
		path = NULL;
		return 0;
	}
	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

/* One with a dot is never looked for: a temporary file. */
int
mail_alias_files_name(
    const char *folder, const char *file, char name[VPOP_USER_SIZE])
{
	const char *ext = file + sizeof PREFIX - 1;

	if (strncmp(file, PREFIX, sizeof PREFIX - 1) != 0 || *ext == '\0' ||
	    strcmp(ext, DEFAULT) == 0 || strchr(ext, '.') ||
	    vp_copy(name, VPOP_USER_SIZE, ext) != 0 ||
	    is_part_of_list(folder, file))
		return 0;
	for (char *p = name; *p; p++)
		if (*p == ':')
			*p = '.';
	return 1;
}

struct mail_names *
mail_alias_files(struct mail *m, const struct mail_request *r,
    const struct mail_source *source)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(m->vp, r->domain, &domain);

	if (code == 0)
		return mail_index(m, r, source, domain.dir);
	mail_refuse_vpop(m, code);
	return NULL;
}
