/* Refusals: the codes of module(7), and the library's codes as those. */
#include "config.h"

#include "modules/mail/mail.h"

#include <stdarg.h>

#include "base/text.h"

json_t *
mail_refuse(struct mail *m, const char *code, const char *pointer,
    const char *format, ...)
{
	va_list args;

	m->refused = code;
	m->number = 0;
	if (vp_copy(m->pointer, sizeof m->pointer, pointer ? pointer : "") != 0)
		m->pointer[0] = '\0';
	va_start(args, format);
	vsnprintf(m->words, sizeof m->words, format, args);
	va_end(args);
	return NULL;
}

/* Codes that say more than their class does. */
static const struct {
	int code;
	const char *name;
	const char *pointer;
} codes[] = {
	{ VA_USERNAME_EXISTS, "exists", NULL },
	{ VA_DOMAIN_ALREADY_EXISTS, "exists", NULL },
	{ VA_FORBIDDEN, "forbidden", NULL },
	{ VA_LIMIT_REACHED, "limit", NULL },
	{ VA_HOOK_REFUSED, "forbidden", NULL },
	{ VA_CANNOT_DELETE_CATCHALL, "conflict", NULL },
	{ VA_BAD_UID, "unavailable", NULL },
	{ VA_PASSWD_TOO_LONG, "invalid", "/password" },
	{ VA_CLEAR_PASSWD_TOO_LONG, "invalid", "/password" },
	{ VA_GECOS_TOO_LONG, "invalid", "/gecos" },
	{ VA_INVALID_QUOTA, "invalid", "/quota" },
	{ VA_QUOTA_TOO_LONG, "invalid", "/quota" },
	{ VA_PWSTR_EMPTY, "invalid", "/password" },
	{ VA_PWSTR_LENGTH, "invalid", "/password" },
	{ VA_PWSTR_ALPHA, "invalid", "/password" },
	{ VA_PWSTR_NUMERIC, "invalid", "/password" },
	{ VA_PWSTR_OTHER, "invalid", "/password" },
	{ VA_PWSTR_DELTA, "invalid", "/password" },
};

json_t *
mail_refuse_vpop_at(struct mail *m, int code, const char *pointer)
{
	static const char *const classes[] = {
		[VPOP_CLASS_OK] = "internal",
		[VPOP_CLASS_ABSENT] = "not-found",
		[VPOP_CLASS_REFUSED] = "invalid",
		[VPOP_CLASS_TEMPORARY] = "unavailable",
		[VPOP_CLASS_BUG] = "internal",
	};
	const char *name = classes[vpop_class(code)];
	const char *where = NULL;

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		if (codes[i].code == code) {
			name = codes[i].name;
			where = codes[i].pointer;
		}
	}
	mail_refuse(
	    m, name, pointer ? pointer : where, "%s", vpop_message(m->vp));
	m->number = code;
	return NULL;
}

json_t *
mail_refuse_vpop(struct mail *m, int code)
{
	return mail_refuse_vpop_at(m, code, NULL);
}

json_t *
mail_done(struct mail *m, int code)
{
	return code == 0 ? json_object() : mail_refuse_vpop(m, code);
}
