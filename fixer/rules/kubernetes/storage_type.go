package kubernetes

// A storageType is a type of volume by which a pod names storage itself, and
// which the restricted standard leaves to PersistentVolumes.
type storageType struct {
	key  string // in a volume and in a PersistentVolume's spec
	what string // "an Azure disk"

	// modes are those in which a volume of the type can be mounted by pods on
	// several nodes. The others are mounted on one node at a time.
	modes storageModes

	csi   string // driver that Kubernetes hands volumes of the type to
	gone  bool   // no driver is left
	since string // the first version without one, where known
}

type storageModes uint8

const (
	readers storageModes = 1 << iota // many nodes, when none of them writes
	writers                          // many nodes
)

// storageTypes follow what Kubernetes itself makes of a volume in a pod when it
// hands it to a CSI driver, and its documentation for the others.
var storageTypes = []storageType{
	{key: "awsElasticBlockStore", what: "an AWS disk", csi: "ebs.csi.aws.com"},
	{key: "azureDisk", what: "an Azure disk", csi: "disk.csi.azure.com"},
	{key: "azureFile", what: "an Azure file share", modes: readers | writers, csi: "file.csi.azure.com"},
	{key: "cephfs", what: "a Ceph filesystem", modes: readers | writers, gone: true, since: "1.31"},
	{key: "cinder", what: "an OpenStack disk", csi: "cinder.csi.openstack.org"},
	{key: "fc", what: "a Fibre Channel disk", modes: readers},
	{key: "flexVolume", what: "a FlexVolume", modes: readers},
	{key: "flocker", what: "a Flocker dataset", gone: true, since: "1.25"},
	{key: "gcePersistentDisk", what: "a Google Cloud disk", modes: readers, csi: "pd.csi.storage.gke.io"},
	{key: "glusterfs", what: "a Gluster filesystem", modes: readers | writers, gone: true, since: "1.26"},
	{key: "iscsi", what: "an iSCSI disk", modes: readers},
	{key: "nfs", what: "an NFS export", modes: readers | writers},
	{key: "photonPersistentDisk", what: "a Photon disk", gone: true},
	{key: "portworxVolume", what: "a Portworx volume", modes: readers, csi: "pxd.portworx.com"},
	{key: "quobyte", what: "a Quobyte filesystem", modes: readers | writers, gone: true, since: "1.25"},
	{key: "rbd", what: "a Ceph block device", modes: readers, gone: true, since: "1.31"},
	{key: "scaleIO", what: "a ScaleIO volume", modes: readers, gone: true},
	{key: "storageos", what: "a StorageOS volume", gone: true, since: "1.25"},
	{key: "vsphereVolume", what: "a vSphere disk", csi: "csi.vsphere.vmware.com"},
}

// accessMode is the narrowest that allows what a volume of the type allows when
// a pod names it.
func (s storageType) accessMode(readOnly bool) string {
	switch {
	case readOnly && s.modes&readers != 0:
		return "ReadOnlyMany"
	case s.modes&writers != 0:
		return "ReadWriteMany"
	}
	return "ReadWriteOnce"
}

// support says what drives volumes of the type, "" for Kubernetes itself.
func (s storageType) support() string {
	switch {
	case s.since != "":
		return s.key + " has had no driver since " + s.since
	case s.gone:
		return s.key + " has no driver in any supported version"
	case s.csi != "":
		return "The CSI driver " + s.csi + " handles " + s.key + ", in a pod and in a PersistentVolume"
	}
	return ""
}
