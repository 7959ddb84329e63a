// Package rules lists every rule. It is the table of contents: one rule is one
// file in the directory of its kind with its page beside it, and its cases are
// one archive under testdata/rules.
package rules

import (
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
	"github.com/oakum-sec/oakum/fixer/rules/compose"
	"github.com/oakum-sec/oakum/fixer/rules/cross"
	"github.com/oakum-sec/oakum/fixer/rules/dockerfile"
	"github.com/oakum-sec/oakum/fixer/rules/kubernetes"
	"github.com/oakum-sec/oakum/fixer/rules/workflow"
)

// All returns every rule, sorted by name. The order in which their fixes are
// made follows from the rules themselves: [fixer.FixOrder].
func All() []*fixer.Rule {
	return slices.Clip(slices.Clone(all))
}

func init() {
	cross.ImagePlaces = map[fixer.Kind]func(*fixer.Pass) []pin.Place{
		fixer.Dockerfile: dockerfile.Pins,
		fixer.Compose:    compose.Pins,
		fixer.Kubernetes: kubernetes.Pins,
		fixer.Workflow:   workflow.Pins,
	}
}

// Named returns the rule with the given name, or nil.
func Named(name string) *fixer.Rule {
	for _, r := range all {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// all is sorted by name, one line per rule.
var all = []*fixer.Rule{
	compose.AddedCapabilities,
	compose.BuildPrivileges,
	compose.Capabilities,
	compose.DebugService,
	compose.DefaultPassword,
	compose.DigestGone,
	compose.DockerSocket,
	compose.DuplicateContainerName,
	compose.EndOfLifeImage,
	compose.HookPrivileges,
	compose.HostDevices,
	compose.HostNamespaces,
	compose.HostPath,
	compose.Links,
	compose.MountPropagation,
	compose.MutableTag,
	compose.NoHealthcheck,
	compose.NoMemoryLimit,
	compose.NoNewPrivileges,
	compose.NoPassword,
	compose.NoPidsLimit,
	compose.ObsoleteVersion,
	compose.PlatformDigest,
	compose.Privileged,
	compose.PublishedPort,
	compose.RegistryNotAllowed,
	compose.RunsAsRoot,
	compose.SecretInEnv,
	compose.SecurityProfile,
	compose.SSHServer,
	compose.TmpfsOptions,
	compose.UnpinnedImage,
	compose.UnquotedPort,
	compose.UnsafeSysctls,
	compose.VolumesFrom,
	compose.WritableConfig,
	compose.WritableHostPath,
	compose.WritableRoot,
	cross.BuildSecret,
	cross.DefaultServiceAccount,
	cross.DisruptionBudget,
	cross.Dockerignore,
	cross.NoNetworkPolicy,
	cross.PinsWithoutUpdates,
	cross.PodSecurityLabels,
	cross.ServiceAccountToken,
	cross.SourceLabel,
	cross.StaleDigest,
	cross.UIDMismatch,
	cross.UnpinnedImage,
	dockerfile.AddInsteadOfCopy,
	dockerfile.AssumeYes,
	dockerfile.BinShRelinked,
	dockerfile.BuildTools,
	dockerfile.BuildkitCheck,
	dockerfile.CopyAfterUser,
	dockerfile.CopyWholeFilesystem,
	dockerfile.DebugTools,
	dockerfile.DevDependencies,
	dockerfile.DigestGone,
	dockerfile.DuplicateInstruction,
	dockerfile.EndOfLifeImage,
	dockerfile.FrozenArgument,
	dockerfile.FullBase,
	dockerfile.HealthcheckCommandMissing,
	dockerfile.InsecureRun,
	dockerfile.LoginEnabled,
	dockerfile.MissingPipefail,
	dockerfile.MutableTag,
	dockerfile.NoHealthcheck,
	dockerfile.NonNumericUser,
	dockerfile.NpmInstall,
	dockerfile.PackageCache,
	dockerfile.PackageListsKept,
	dockerfile.PackageUpgrade,
	dockerfile.PipeToShell,
	dockerfile.PlatformDigest,
	dockerfile.PrivilegedPort,
	dockerfile.RecommendedPackages,
	dockerfile.RegistryNotAllowed,
	dockerfile.RelativeWorkdir,
	dockerfile.RunWithoutShell,
	dockerfile.RunsAsRoot,
	dockerfile.SecretInEnv,
	dockerfile.SecretInRun,
	dockerfile.SensitiveCopy,
	dockerfile.SetuidBinary,
	dockerfile.ShellForm,
	dockerfile.SingleStage,
	dockerfile.StopSignal,
	dockerfile.Sudo,
	dockerfile.SupplementaryGroupsDropped,
	dockerfile.SystemWorkdir,
	dockerfile.TLSDisabled,
	dockerfile.UnpinnedImage,
	dockerfile.UnverifiedDownload,
	dockerfile.UpdateAlone,
	dockerfile.UseraddNoLogInit,
	dockerfile.WorldWritable,
	kubernetes.AddedCapabilities,
	kubernetes.AppArmor,
	kubernetes.Capabilities,
	kubernetes.ContainerSocket,
	kubernetes.DefaultNamespace,
	kubernetes.DeprecatedAPI,
	kubernetes.ServiceAccountField,
	kubernetes.DigestGone,
	kubernetes.DuplicateEnv,
	kubernetes.EndOfLifeImage,
	kubernetes.ExternalIPs,
	kubernetes.HostNamespaces,
	kubernetes.HostPath,
	kubernetes.HostPorts,
	kubernetes.IngressSnippets,
	kubernetes.IngressTLS,
	kubernetes.InlineVolume,
	kubernetes.KubernetesDashboard,
	kubernetes.LegacyRegistry,
	kubernetes.MountPropagation,
	kubernetes.MutableTag,
	kubernetes.NoCPURequest,
	kubernetes.NoEmptyDirLimit,
	kubernetes.NoMemoryLimit,
	kubernetes.PlatformDigest,
	kubernetes.PodSecurity,
	kubernetes.PrivilegeEscalation,
	kubernetes.Privileged,
	kubernetes.ProbeHost,
	kubernetes.ProbeTargetMissing,
	kubernetes.ProbesMissing,
	kubernetes.ProcMount,
	kubernetes.ProfileAnnotations,
	kubernetes.RBACAnonymous,
	kubernetes.RBACClusterAdmin,
	kubernetes.RBACCreatePods,
	kubernetes.RBACDefaultServiceAccount,
	kubernetes.RBACEscalation,
	kubernetes.RBACExec,
	kubernetes.RBACSecrets,
	kubernetes.RBACTampering,
	kubernetes.RBACWildcard,
	kubernetes.RegistryNotAllowed,
	kubernetes.RunAsNonRoot,
	kubernetes.Seccomp,
	kubernetes.SecretInConfigMap,
	kubernetes.SecretInEnv,
	kubernetes.SecretInGit,
	kubernetes.SELinuxOptions,
	kubernetes.ServiceExposure,
	kubernetes.SSHServer,
	kubernetes.SystemNamespace,
	kubernetes.UnpinnedImage,
	kubernetes.UnsafeSysctls,
	kubernetes.WindowsHostProcess,
	kubernetes.WritableHostPath,
	kubernetes.WritableRoot,
	workflow.DigestGone,
	workflow.EndOfLifeImage,
	workflow.MutableTag,
	workflow.PlatformDigest,
	workflow.RegistryNotAllowed,
	workflow.UnpinnedAction,
	workflow.UnpinnedImage,
}
