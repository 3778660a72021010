//! What every port has in common.

/// Implements a port for references, boxes and shared pointers to one, `dyn` included.
macro_rules! forward {
    ($port:ident: $($method:ident($($arg:ident: $type:ty),*) -> $out:ty),+) => {
        crate::port::forward!(@for &T, $port, $($method($($arg: $type),*) -> $out),+);
        crate::port::forward!(@for Box<T>, $port, $($method($($arg: $type),*) -> $out),+);
        crate::port::forward!(@for std::sync::Arc<T>, $port, $($method($($arg: $type),*) -> $out),+);
    };
    (@for $pointer:ty, $port:ident, $($method:ident($($arg:ident: $type:ty),*) -> $out:ty),+) => {
        impl<T: $port + ?Sized> $port for $pointer {
            type Error = T::Error;

            $(fn $method(&self, $($arg: $type),*) -> Result<$out, Self::Error> {
                (**self).$method($($arg),*)
            })+
        }
    };
}

pub(crate) use forward;
