const _: () = {
    use ::es_core::__private::derived::*;
    #[automatically_derived]
    impl __Event for Subscribed {
        const NAME: &'static str = "subscribed";
        const TAGS: __TagNames = &["course", "student"];
        fn tags(&self) -> __Tags {
            ::es_core::__private::all_tags([
                ::es_core::__private::one_tag::<CourseId>("course", &self.course),
                ::es_core::__private::one_tag::<u32>("student", &self.who),
            ])
        }
        const HOME: ::es_core::__private::HomeName = ::core::option::Option::Some(
            "course",
        );
        const STORED: __MaybeStored = __Some(|| __object(
            ::core::module_path!(),
            "Subscribed",
            [
                __field("course", __of::<CourseId>("CourseId").es_form()),
                __field("who", __of::<u32>("u32").es_form()),
            ],
        ));
    }
    #[automatically_derived]
    impl ::es_core::Tagged for Subscribed {}
    impl __TagAt<0> for Subscribed {
        type Value = CourseId;
        fn value(&self) -> &CourseId {
            &self.course
        }
    }
    impl __TagAt<1> for Subscribed {
        type Value = u32;
        fn value(&self) -> &u32 {
            &self.who
        }
    }
    #[automatically_derived]
    impl __Describe for Subscribed {
        fn describe(&self) -> __Description {
            __named(
                "Subscribed",
                [
                    ("course", __Show(&self.course).es_show()),
                    ("who", __Show(&self.who).es_show()),
                ],
            )
        }
    }
};
