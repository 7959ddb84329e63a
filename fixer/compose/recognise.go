package compose

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// topKeys and serviceKeys are all that a Compose file may hold at its top level and in a service,
// besides those that start with x-.
var (
	topKeys     = strings.Fields("configs include jobs models name networks secrets services version volumes")
	serviceKeys = strings.Fields(`annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name
		cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec depends_on deploy develop
		device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file environment expose extends external_links extra_hosts
		gpus group_add healthcheck hostname image init ipc isolation label_file labels links logging mac_address mem_limit mem_reservation
		mem_swappiness memswap_limit models net network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start
		pre_start pre_stop privileged profiles provider pull_policy pull_refresh_after read_only restart runtime scale secrets security_opt
		shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits umask use_api_socket user userns_mode uts
		volumes volumes_from working_dir`)
)

// Recognise reports whether a YAML file is a Compose file by what it holds,
// whatever its name: all its keys are those that Compose knows, down to those of
// each service, and some service has an image or is built, or each has settings
// in the forms that Compose gives them. Other tools have sections called services,
// too: lists, classes, and what else a service is to them.
func Recognise(y *yamldoc.File) bool {
	var root *yamldoc.Node
	for _, doc := range y.Docs {
		switch n := doc.Root.Resolve(); {
		case n == nil || n.Kind != yamldoc.Mapping:
		case root != nil:
			return false
		default:
			root = n
		}
	}
	if !onlyKeys(root, topKeys) || !root.Get("services").Is(yamldoc.Mapping) {
		return false
	}
	runs, formed, plain := false, 0, 0
	for name, service := range root.Get("services").All() {
		switch {
		case strings.HasPrefix(name, "x-"):
			continue
		case !service.Is(yamldoc.Mapping) && !service.Null() || !onlyKeys(service, serviceKeys):
			return false
		}
		n := inForm(service)
		if formed += n; n == 0 && !service.Null() {
			plain++
		}
		runs = runs || service.Get("image").Text() != "" || !service.Get("build").Null() || !service.Get("extends").Null()
	}
	return runs || formed > 1 && plain == 0
}

// inForm counts the settings of a service that are mappings or lists where Compose
// has these.
func inForm(service *yamldoc.Node) int {
	n := 0
	for _, key := range strings.Fields("cap_add cap_drop command depends_on deploy develop entrypoint environment env_file extra_hosts healthcheck labels networks ports secrets security_opt tmpfs ulimits volumes") {
		if v := service.Get(key); v.Is(yamldoc.Mapping) || v.Is(yamldoc.Sequence) {
			n++
		}
	}
	return n
}

// onlyKeys reports whether a mapping has no keys but those given and x- ones.
func onlyKeys(n *yamldoc.Node, known []string) bool {
	for key := range n.All() {
		if !strings.HasPrefix(key, "x-") && !slices.Contains(known, key) {
			return false
		}
	}
	return true
}
