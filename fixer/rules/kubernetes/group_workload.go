package kubernetes

import "oakum/fixer"

// Workload lists the rules about what a workload asks of its node and of the
// cluster, in the order in which their fixes are made.
var Workload = []*fixer.Rule{
	ContainerSocket,
	HostPath,
	WritableHostPath,
	InlineVolume,
	MountPropagation,
	EmptyDirLimit,
	AddedCapabilities,
	HostPorts,
	ProcMount,
	SELinuxOptions,
	AppArmor,
	UnsafeSysctls,
	WindowsHostProcess,
	ProfileAnnotations,
	ProbeHost,
	ServiceAccountField,
	MutableTag,
	FrozenRegistry,
	ImpossibleProbe,
	ProbesMissing,
	CPURequest,
	DuplicateEnv,
	RetiredConsole,
	SSHServer,
	SecretInEnv,
	SecretInGit,
	SecretInConfigMap,
}
