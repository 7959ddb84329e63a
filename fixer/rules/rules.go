// Package rules lists every rule. It is the table of contents: one rule is one
// file in the directory of its kind with its page beside it, and its cases are
// one archive under testdata/rules.
package rules

import (
	"slices"

	"oakum/fixer"
	"oakum/fixer/rules/compose"
	"oakum/fixer/rules/cross"
	"oakum/fixer/rules/dockerfile"
	"oakum/fixer/rules/kubernetes"
)

// All returns every rule, sorted by name. In which order their fixes are made
// say the rules themselves: [fixer.FixOrder].
func All() []*fixer.Rule {
	return slices.Clip(slices.Clone(all))
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
	compose.Capabilities,
	compose.DockerSocket,
	compose.NoNewPrivileges,
	compose.Privileged,
	compose.WritableRoot,
	cross.BuildSecret,
	cross.DefaultServiceAccount,
	cross.DisruptionBudget,
	cross.Dockerignore,
	cross.PodSecurityLabels,
	cross.ServiceAccountToken,
	cross.SourceLabel,
	cross.UIDMismatch,
	dockerfile.AddInsteadOfCopy,
	dockerfile.AssumeYes,
	dockerfile.BuildTools,
	dockerfile.BuildkitCheck,
	dockerfile.CopyAfterUser,
	dockerfile.DebugTools,
	dockerfile.DevDependencies,
	dockerfile.EndOfLifeBase,
	dockerfile.FullBase,
	dockerfile.HealthcheckBinary,
	dockerfile.LoginAccount,
	dockerfile.LostGroups,
	dockerfile.LowPort,
	dockerfile.NamedUser,
	dockerfile.NoHealthcheck,
	dockerfile.NpmInstall,
	dockerfile.PackageCache,
	dockerfile.PackageListsKept,
	dockerfile.PipeHidesFailure,
	dockerfile.PipeToShell,
	dockerfile.RecommendedPackages,
	dockerfile.RelativeWorkdir,
	dockerfile.RepeatedCommand,
	dockerfile.RunWithoutShell,
	dockerfile.RunsAsRoot,
	dockerfile.SecretInEnv,
	dockerfile.SecretInRun,
	dockerfile.SensitiveCopy,
	dockerfile.SetuidProgram,
	dockerfile.ShellForm,
	dockerfile.ShellReplaced,
	dockerfile.SparseLoginLog,
	dockerfile.StopSignal,
	dockerfile.Sudo,
	dockerfile.SystemWorkdir,
	dockerfile.TLSDisabled,
	dockerfile.UnconfinedStep,
	dockerfile.UnpinnedImage,
	dockerfile.UnverifiedDownload,
	dockerfile.UpdateAlone,
	dockerfile.Upgrade,
	dockerfile.WholeCopy,
	dockerfile.WorldWritable,
	kubernetes.AddedCapabilities,
	kubernetes.AppArmor,
	kubernetes.Capabilities,
	kubernetes.ContainerSocket,
	kubernetes.CPURequest,
	kubernetes.DefaultNamespace,
	kubernetes.DeprecatedAPI,
	kubernetes.ServiceAccountField,
	kubernetes.DuplicateEnv,
	kubernetes.EmptyDirLimit,
	kubernetes.ExternalIPs,
	kubernetes.FrozenRegistry,
	kubernetes.HostNamespaces,
	kubernetes.HostPath,
	kubernetes.HostPorts,
	kubernetes.ImpossibleProbe,
	kubernetes.IngressSnippets,
	kubernetes.IngressTLS,
	kubernetes.InlineVolume,
	kubernetes.MountPropagation,
	kubernetes.MutableTag,
	kubernetes.NoLimits,
	kubernetes.PodSecurity,
	kubernetes.PrivilegeEscalation,
	kubernetes.Privileged,
	kubernetes.ProbeHost,
	kubernetes.ProbesMissing,
	kubernetes.ProcMount,
	kubernetes.ProfileAnnotations,
	kubernetes.RBACAnonymous,
	kubernetes.RBACClusterAdmin,
	kubernetes.RBACCreatePods,
	kubernetes.RBACDefaultAccount,
	kubernetes.RBACEscalation,
	kubernetes.RBACExec,
	kubernetes.RBACSecrets,
	kubernetes.RBACTampering,
	kubernetes.RBACWildcard,
	kubernetes.RetiredConsole,
	kubernetes.RunAsNonRoot,
	kubernetes.Seccomp,
	kubernetes.SecretInConfigMap,
	kubernetes.SecretInEnv,
	kubernetes.SecretInGit,
	kubernetes.SELinuxOptions,
	kubernetes.ServiceExposure,
	kubernetes.SSHServer,
	kubernetes.SystemNamespace,
	kubernetes.UnsafeSysctls,
	kubernetes.WindowsHostProcess,
	kubernetes.WritableHostPath,
	kubernetes.WritableRoot,
}
