/*
 * Names of domains that are to be made.  Stricter than a lookup: what gets
 * into rcpthosts with a leading dot or without any would open more than one
 * domain.
 */
#include "config.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/name.h"

#define LABEL_MAX 63

static int
refuse(struct vpop *vp, const char *name, const char *why)
{
	return vp_fail(
	    vp, VA_INVALID_DOMAIN_NAME, "domain name '%s' %s", name, why);
}

static int
check_labels(struct vpop *vp, const char *name)
{
	const char *last = strrchr(name, '.');

	if (!last)
		return refuse(vp, name, "has no dot");
	if (strlen(last + 1) == 1)
		return refuse(vp, name, "ends with a label of one character");
	for (const char *label = name; label;) {
		const char *dot = strchr(label, '.');
		size_t length = dot ? (size_t)(dot - label) : strlen(label);

		if (length == 0)
			return refuse(vp, name, "has an empty label");
		if (length > LABEL_MAX)
			return refuse(
			    vp, name, "has a label of more than 63 characters");
		if (label[0] == '-' || label[length - 1] == '-')
			return refuse(vp, name,
			    "has a label that begins or ends with '-'");
		label = dot ? dot + 1 : NULL;
	}
	return 0;
}

static int
is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			return 0;
	return 1;
}

int
vp_name_new_domain(
    struct vpop *vp, const char *name, char ret_name[VPOP_DOMAIN_SIZE])
{
	char checked[VPOP_DOMAIN_SIZE];
	int code;

	if (is_ascii(name)) {
		code = vp_name_domain(vp, name, checked);
	} else {
		char *ascii = NULL;
		int rc = idn2_to_ascii_8z(
		    name, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);

		if (rc != IDN2_OK)
			return refuse(vp, name, idn2_strerror(rc));
		code = vp_name_domain(vp, ascii, checked);
		idn2_free(ascii);
	}
	if (code == 0)
		code = check_labels(vp, checked);
	if (code == 0)
		memcpy(ret_name, checked, sizeof checked);
	return code;
}
