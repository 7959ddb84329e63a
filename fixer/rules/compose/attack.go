package compose

import "github.com/oakum-sec/oakum/fixer"

// Techniques of MITRE ATT&CK that a finding makes possible, or easier.
var (
	attackPublicFacing   = technique("T1190", "Exploit Public-Facing Application")
	attackMaliciousImage = technique("T1204.003", "User Execution: Malicious Image")
	attackSetuid         = technique("T1548.001", "Setuid and Setgid")
	attackCredentials    = technique("T1552.001", "Credentials In Files")
	attackContainerAPI   = technique("T1552.007", "Container API")
	attackDeploy         = technique("T1610", "Deploy Container")
	attackEscape         = technique("T1611", "Escape to Host")
	attackDefaultAccount = fixer.Reference{Source: fixer.MITRE, ID: "T1078.001"}
	attackExhaustion     = technique("T1499", "Endpoint Denial of Service")
	attackDiscovery      = technique("T1046", "Network Service Discovery")
)

func technique(id, name string) fixer.Reference {
	return fixer.Reference{Source: fixer.MITRE, ID: id, Title: id + " " + name}
}
