/* What a token is good for: decisions that need nothing but its limits. */
#include "config.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "panel/auth/token.h"

/* ---- networks --------------------------------------------------------- */

struct network {
	unsigned char bytes[16]; /* IPv4: as IPv6 has it */
	int bits;
};

static int
read_address(const char *text, struct network *ret)
{
	static const unsigned char v4[12] = { [10] = 0xff, [11] = 0xff };

	ret->bits = 128;
	if (inet_pton(AF_INET6, text, ret->bytes) == 1)
		return 0;
	memcpy(ret->bytes, v4, sizeof v4);
	ret->bits = 32;
	return inet_pton(AF_INET, text, ret->bytes + 12) == 1 ? 0 : -1;
}

static int
read_network(const char *text, struct network *ret)
{
	const char *slash = strchr(text, '/');
	char address[VHD_ADDRESS_SIZE];
	int64_t bits;

	if (vp_format(address, sizeof address, "%.*s",
		(int)(slash ? (size_t)(slash - text) : strlen(text)),
		text) != 0 ||
	    read_address(address, ret) != 0)
		return -1;
	bits = ret->bits;
	if (slash && vp_number(slash + 1, 0, ret->bits, &bits) != 0)
		return -1;
	ret->bits = (int)bits + (ret->bits == 32 ? 96 : 0);
	return 0;
}

static int
is_within(const struct network *address, const struct network *network)
{
	size_t whole = (size_t)network->bits / 8;
	int rest = network->bits % 8;

	if (memcmp(address->bytes, network->bytes, whole) != 0)
		return 0;
	return rest == 0 ||
	       (address->bytes[whole] ^ network->bytes[whole]) >> (8 - rest) ==
		   0;
}

int
vhd_network_is_right(const char *network)
{
	struct network parsed;

	return read_network(network, &parsed) == 0;
}

int
vhd_token_is_for(const json_t *limits, const char *address)
{
	const json_t *list = json_object_get(limits, "addresses"), *item;
	struct network client, network;
	size_t i;

	if (!list)
		return 1;
	if (read_address(address, &client) != 0)
		return 0;
	json_array_foreach(list, i, item)
	{
		if (read_network(json_string_value(item), &network) == 0 &&
		    is_within(&client, &network))
			return 1;
	}
	return 0;
}

/* ---- scopes ----------------------------------------------------------- */

#define READ "read"

static int
is_word(const char *text, size_t size, const char *word)
{
	return (size == 1 && *text == '*') ||
	       (strlen(word) == size && memcmp(text, word, size) == 0);
}

static int
scope_has(const char *scope, const char *method, const char *resource)
{
	size_t size = strcspn(scope, " ");

	if (strcmp(scope, READ) == 0)
		return strcmp(method, "GET") == 0;
	return scope[size] == ' ' && is_word(scope, size, method) &&
	       is_word(scope + size + 1, strlen(scope + size + 1), resource);
}

int
vhd_scope_is_right(const char *scope)
{
	size_t size = strcspn(scope, " ");
	const char *resource = scope + size + 1;
	int is_method = size == 1 && *scope == '*';

	if (strcmp(scope, READ) == 0)
		return 1;
	if (scope[size] != ' ')
		return 0;
	for (int i = 0; i < VHD_METHODS; i++)
		if (i != VHD_HEAD && is_word(scope, size, vhd_method_names[i]))
			is_method = 1;
	return is_method &&
	       (strcmp(resource, "*") == 0 ||
		   (*resource &&
		       resource[strspn(resource, "abcdefghijklmnopqrstuvwxyz"
						 "0123456789-")] == '\0'));
}

/* ---- both ------------------------------------------------------------- */

static int
has_domain(const json_t *list, const char *domain)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (strcasecmp(json_string_value(item), domain) == 0)
			return 1;
	}
	return 0;
}

int
vhd_token_allows(const json_t *limits, const char *method, const char *resource,
    const char *domain)
{
	const json_t *domains = json_object_get(limits, "domains");
	const json_t *scopes = json_object_get(limits, "scopes"), *item;
	size_t i;

	if (domains && !has_domain(domains, domain))
		return 0;
	if (!scopes)
		return 1;
	json_array_foreach(scopes, i, item)
	{
		if (scope_has(json_string_value(item), method, resource))
			return 1;
	}
	return 0;
}
