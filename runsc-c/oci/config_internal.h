/* runsc-c/oci/config_internal.h - what the files that read config.json share */
#ifndef RUNSC_C_OCI_CONFIG_INTERNAL_H
#define RUNSC_C_OCI_CONFIG_INTERNAL_H

#include "runsc-c/oci/config.h"
#include "runsc-c/oci/json.h"

/* Parts of oci_config_parse(); cfg->json and cfg->bundle are set. */
must_check int oci_config_mounts(struct oci_config *cfg, struct oci_error *err);
must_check int oci_config_linux(struct oci_config *cfg, struct oci_error *err);
must_check int oci_config_hooks(struct oci_config *cfg, struct oci_error *err);
struct json_object;
must_check int oci_config_sysctl(struct oci_config *cfg, struct json_object *l,
				 struct oci_error *err);
must_check int oci_config_personality(struct oci_config *cfg, struct json_object *l,
				      struct oci_error *err);
must_check int oci_process_sched(struct json_object *process, struct oci_sched *s,
				 struct oci_error *err);
/* An allocated path: path itself, or below dir. */
char *oci_absolute(const char *dir, const char *path);

#endif
