// Package localvolumes gives every claim of the default storage class a folder on
// the node on which the claim's pod is to run, for node images that are built
// where no image registry can be reached. One copy runs on every node, as a
// DaemonSet, and looks after the volumes of that node.
package localvolumes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"

	"github.com/rehearse-dev/rehearse/clusters/nodeimage/follow"
)

// Provisioner is the name by which a storage class asks for these volumes.
const Provisioner = "rehearse.dev/local-volumes"

// Annotations that Kubernetes puts on a claim once its pod has a node.
const (
	askedProvisioner = "volume.kubernetes.io/storage-provisioner"
	selectedNode     = "volume.kubernetes.io/selected-node"
)

// provisionedBy is the annotation by which Kubernetes knows whose a volume is.
const provisionedBy = "pv.kubernetes.io/provisioned-by"

// volumes are those of one node.
type volumes struct {
	client kubernetes.Interface
	node   string
	root   string // folder of all volumes, the same path here and on the node
}

// Run looks after the volumes of the node NODE_NAME in the folder VOLUMES until it
// is told to stop.
func Run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	client, err := follow.Client()
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	v := volumes{client: client, node: os.Getenv("NODE_NAME"), root: os.Getenv("VOLUMES")}
	return v.follow(ctx)
}

func (v volumes) follow(ctx context.Context) error {
	factory := informers.NewSharedInformerFactory(v.client, 0)
	core := factory.Core().V1()
	claims, present := core.PersistentVolumeClaims(), core.PersistentVolumes()
	watched, more := claims.Informer(), present.Informer()
	factory.Start(ctx.Done())
	return follow.Changes(ctx, func(ctx context.Context) error {
		return errors.Join(v.provision(ctx, claims.Lister()), v.reclaim(ctx, present.Lister()))
	}, watched, more)
}

// provision makes a volume for every claim that waits for one on this node.
func (v volumes) provision(ctx context.Context, lister listers.PersistentVolumeClaimLister) error {
	claims, err := lister.List(labels.Everything())
	errs := []error{err}
	for _, claim := range claims {
		if v.waits(claim) {
			errs = append(errs, v.create(ctx, claim))
		}
	}
	return errors.Join(errs...)
}

func (v volumes) waits(claim *corev1.PersistentVolumeClaim) bool {
	return claim.Spec.VolumeName == "" &&
		claim.DeletionTimestamp == nil &&
		claim.Annotations[askedProvisioner] == Provisioner &&
		claim.Annotations[selectedNode] == v.node
}

// create makes the folder first: a volume that exists may be mounted at once.
func (v volumes) create(ctx context.Context, claim *corev1.PersistentVolumeClaim) error {
	volume := v.volumeFor(claim)
	path := volume.Spec.Local.Path
	if err := os.MkdirAll(path, 0o777); err != nil {
		return fmt.Errorf("making the folder of %s: %w", volume.Name, err)
	}
	if err := os.Chmod(path, 0o777); err != nil { // whatever the umask: any user may run in the pod
		return fmt.Errorf("opening the folder of %s: %w", volume.Name, err)
	}
	_, err := v.client.CoreV1().PersistentVolumes().Create(ctx, volume, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("creating volume %s: %w", volume.Name, err)
	}
	return nil
}

// volumeFor is named after its claim, so that making it twice makes it once.
func (v volumes) volumeFor(claim *corev1.PersistentVolumeClaim) *corev1.PersistentVolume {
	name := "pvc-" + string(claim.UID)
	here := corev1.NodeSelectorRequirement{Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{v.node}}
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{provisionedBy: Provisioner, selectedNode: v.node}},
		Spec: corev1.PersistentVolumeSpec{
			Capacity:                      corev1.ResourceList{corev1.ResourceStorage: claim.Spec.Resources.Requests[corev1.ResourceStorage]},
			AccessModes:                   claim.Spec.AccessModes,
			VolumeMode:                    claim.Spec.VolumeMode,
			PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimDelete,
			StorageClassName:              *claim.Spec.StorageClassName,
			ClaimRef: &corev1.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim",
				Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
			PersistentVolumeSource: corev1.PersistentVolumeSource{
				Local: &corev1.LocalVolumeSource{Path: filepath.Join(v.root, name)},
			},
			NodeAffinity: &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{
				NodeSelectorTerms: []corev1.NodeSelectorTerm{{MatchExpressions: []corev1.NodeSelectorRequirement{here}}},
			}},
		},
	}
}

// reclaim removes the volumes of this node whose claims are gone.
func (v volumes) reclaim(ctx context.Context, lister listers.PersistentVolumeLister) error {
	present, err := lister.List(labels.Everything())
	errs := []error{err}
	for _, volume := range present {
		if v.over(volume) {
			errs = append(errs, v.remove(ctx, volume))
		}
	}
	return errors.Join(errs...)
}

func (v volumes) over(volume *corev1.PersistentVolume) bool {
	return volume.Annotations[provisionedBy] == Provisioner &&
		volume.Annotations[selectedNode] == v.node &&
		volume.Status.Phase == corev1.VolumeReleased &&
		volume.Spec.PersistentVolumeReclaimPolicy == corev1.PersistentVolumeReclaimDelete
}

// remove empties the node's disk before it forgets the volume.
func (v volumes) remove(ctx context.Context, volume *corev1.PersistentVolume) error {
	if err := os.RemoveAll(filepath.Join(v.root, volume.Name)); err != nil {
		return fmt.Errorf("emptying volume %s: %w", volume.Name, err)
	}
	err := v.client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("deleting volume %s: %w", volume.Name, err)
	}
	return nil
}
