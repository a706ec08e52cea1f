/* App passwords of an account, see vapppass(1). */
#include "config.h"

#include <string.h>

#include "panel/api/body.h"
#include "panel/auth/account.h"
#include "panel/res/res.h"

#define DAYS_MAX 36500

static const struct {
	const char *name;
	unsigned bit;
} services[] = {
	{ "imap", VPOP_APP_IMAP },
	{ "pop", VPOP_APP_POP },
	{ "smtp", VPOP_APP_SMTP },
	{ "webmail", VPOP_APP_WEBMAIL },
};
#define SERVICES (sizeof services / sizeof *services)

static json_t *
services_json(unsigned bits)
{
	json_t *list = json_array();

	for (size_t i = 0; i < SERVICES; i++)
		if (bits & services[i].bit)
			json_array_append_new(
			    list, json_string(services[i].name));
	return list;
}

static json_t *
password_json(const struct vpop_app_password *password)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "id", password->id,
	    "label", password->label, "services",
	    services_json(password->services), "created",
	    vhd_time_json(password->created), "expires",
	    vhd_time_json(password->expires));
}

void
vhd_app_passwords_list(struct vhd_call *call)
{
	struct vpop_app_password *list = NULL;
	struct vpop_user user;
	json_t *items;
	size_t count;
	int rc;

	if (vhd_account_of_path(call, &user) != 0)
		return;
	rc = vpop_app_passwords_list(call->vp, &user, &list, &count);
	if (rc != 0) {
		vhd_problem_vpop(call, rc);
		return;
	}
	items = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, password_json(&list[i]));
	free(list);
	vhd_call_json(
	    call, 200, json_pack("{s:o, s:n}", "items", items, "next"));
}

/* ---- making one ------------------------------------------------------- */

static unsigned
service_bit(const json_t *name)
{
	for (size_t i = 0; json_is_string(name) && i < SERVICES; i++)
		if (strcmp(services[i].name, json_string_value(name)) == 0)
			return services[i].bit;
	return 0;
}

static int
take_services(struct vhd_call *call, unsigned *ret_bits)
{
	json_t *list = json_object_get(call->body, "services");

	*ret_bits = list ? 0 : VPOP_APP_ALL;
	for (size_t i = 0; i < json_array_size(list); i++) {
		unsigned bit = service_bit(json_array_get(list, i));

		if (bit == 0) {
			*ret_bits = 0;
			break;
		}
		*ret_bits |= bit;
	}
	if (*ret_bits != 0)
		return 0;
	vhd_problem_field(
	    call, "/services", "it must be a list of imap, pop, smtp, webmail");
	return -1;
}

static int
take_days(struct vhd_call *call, time_t *ret_expires)
{
	const json_t *days = json_object_get(call->body, "days");
	json_int_t number = json_integer_value(days);

	*ret_expires = 0;
	if (!days)
		return 0;
	if (!json_is_integer(days) || number < 1 || number > DAYS_MAX) {
		vhd_problem_field(call, "/days",
		    "it must be a number from 1 to %d", DAYS_MAX);
		return -1;
	}
	*ret_expires = time(NULL) + (time_t)number * 86400;
	return 0;
}

static int
take_password(struct vhd_call *call, struct vpop_app_password *ret_password)
{
	static const char *const names[] = { "label", "services", "days",
		NULL };
	const char *label;

	if (vhd_body_check(call, names) != 0 ||
	    vhd_body_needed(call, "label", VPOP_APP_LABEL_SIZE - 1, &label) !=
		0 ||
	    take_services(call, &ret_password->services) != 0 ||
	    take_days(call, &ret_password->expires) != 0)
		return -1;
	snprintf(ret_password->label, sizeof ret_password->label, "%s", label);
	return 0;
}

void
vhd_app_password_create(struct vhd_call *call)
{
	struct vpop_app_password password;
	char secret[VPOP_APP_SECRET_SIZE];
	char account[VHD_ACCOUNT_SIZE];
	struct vpop_user user;
	json_t *json;
	int rc;

	if (vhd_account_of_path(call, &user) != 0 ||
	    take_password(call, &password) != 0)
		return;
	rc = vpop_app_password_add(call->vp, &user, &password, secret);
	if (rc != 0) {
		vhd_problem_vpop(call, rc);
		return;
	}
	vhd_account_name(&user, account);
	vhd_call_header(call, VHD_REPLY_LOCATION,
	    "/api/v1/accounts/%s/app-passwords/%s", account, password.id);
	json = password_json(&password);
	if (json)
		json_object_set_new(json, "secret", json_string(secret));
	explicit_bzero(secret, sizeof secret);
	vhd_call_json(call, 201, json);
}

void
vhd_app_password_delete(struct vhd_call *call)
{
	struct vpop_user user;
	int rc;

	if (vhd_account_of_path(call, &user) != 0)
		return;
	rc = vpop_app_password_delete(call->vp, &user, call->parameter[1]);
	if (rc != 0)
		vhd_problem_vpop(call, rc);
	else
		vhd_call_empty(call, 204);
}
