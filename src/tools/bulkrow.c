/*
 * What the tools' prepare and run functions have in common: fields of single
 * rows of --from, and the change of many accounts.
 */
#include "config.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "tools/bits.h"
#include "tools/bulk.h"

int
bulk_reject(struct bulk_row *row, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(row->message, sizeof row->message, format, args);
	va_end(args);
	row->code = code;
	return code;
}

int
bulk_reject_vp(struct bulk *bulk, struct bulk_row *row, int code)
{
	return bulk_reject(
	    row, code, "%s", cli_reason(vpop_message(bulk->cli->vp), code));
}

void
bulk_result(struct bulk_row *row, int code, const char *message, int unchanged)
{
	if (code) {
		row->state = BULK_FAILED;
		bulk_reject(row, code, "%s", cli_reason(message, code));
	} else {
		row->state = unchanged ? BULK_UNCHANGED : BULK_DONE;
	}
}

int
bulk_number(struct bulk_row *row, const char *what, const char *text,
    int64_t max, int64_t *ret_number)
{
	if (vp_number(text, 1, max, ret_number) == 0)
		return 0;
	return bulk_reject(row, VA_INVALID_ARGUMENT,
	    "%s '%.64s' is not a number from 1 to %lld", what, text,
	    (long long)max);
}

int
bulk_address(struct bulk *bulk, struct bulk_row *row, const char *address,
    const char *user, const char *domain)
{
	AUTO_FREE char *joined = NULL;
	int code;

	if (!address && user && domain) {
		if (asprintf(&joined, "%s@%s", user, domain) < 0) {
			joined = NULL;
			cli_no_memory();
		}
		address = joined;
	}
	if (!address)
		return bulk_reject(
		    row, VA_ILLEGAL_USERNAME, "no address on this line");
	code =
	    vpop_parse_address(bulk->cli->vp, address, row->user, row->domain);
	if (code) {
		row->domain[0] = 0;
		return bulk_reject_vp(bulk, row, code);
	}
	if (!row->user[0])
		return bulk_reject(row, VA_ILLEGAL_USERNAME, "no user name");
	if (!row->domain[0])
		return bulk_reject(row, VA_INVALID_DOMAIN_NAME,
		    "no domain: only full email addresses should be used");
	return 0;
}

int
bulk_secret(struct bulk_row *row, const char *password, const char *hash,
    struct vpop_secret *ret_secret)
{
	if (password && hash)
		return bulk_reject(
		    row, VA_INVALID_ARGUMENT, "both a password and a hash");
	ret_secret->kind = password ? VPOP_SECRET_CLEAR : VPOP_SECRET_HASH;
	ret_secret->text = password ? password : hash;
	return password || hash ? 1 : 0;
}

int
bulk_check_secret(
    struct bulk_row *row, const char *password, const char *hash, int is_needed)
{
	struct vpop_secret secret;
	int code = bulk_secret(row, password, hash, &secret);

	if (code == 0 && is_needed)
		return bulk_reject(
		    row, VA_PWSTR_EMPTY, "neither a password nor a hash");
	return code < 0 ? code : 0;
}

int
bulk_bits(struct bulk_row *row, const char *letters, uint32_t *ret_bits)
{
	int letter = letters ? bits_parse(letters, ret_bits) : 0;

	return letter ? bulk_reject(row, VA_INVALID_ARGUMENT,
			    "unknown flag '%c'", letter)
		      : 0;
}

int
bulk_examined(struct bulk *bulk, struct bulk_row *row, int same, int exists)
{
	if (same < 0)
		return bulk_reject_vp(bulk, row, same);
	return same ? 0 : bulk_reject(row, exists, "exists and differs");
}

void
bulk_users_modify(
    struct bulk *bulk, struct bulk_row **rows, size_t count, int stop)
{
	struct vpop_user_change *list = bulk->elements;

	vpop_users_modify(bulk->cli->vp, list, count, stop);
	for (size_t i = 0; i < count; i++)
		bulk_result(
		    rows[i], list[i].code, list[i].message, list[i].unchanged);
}

int
bulk_same_secret(struct bulk *bulk, const struct vpop_user *user,
    const struct vpop_secret *secret)
{
	int code;

	if (secret->kind == VPOP_SECRET_HASH)
		return vp_equal_secret(user->passwd, secret->text);
	if (secret->kind != VPOP_SECRET_CLEAR)
		return 1;
	code = vpop_user_verify(bulk->cli->vp, user, secret->text);
	if (code == VA_AUTH_FAILED)
		return 0;
	return code ? code : 1;
}

int
bulk_same_quota(const char *stored, const char *given)
{
	struct vpop_quota a = { 0, 0 }, b;

	if (*stored && vpop_quota_parse(stored, &a))
		return 0;
	return !vpop_quota_parse(given, &b) && a.bytes == b.bytes &&
	       a.messages == b.messages;
}
