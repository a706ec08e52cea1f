/* The old name of vpopmail_config.h. */
#include "vpopmail_config.h"
