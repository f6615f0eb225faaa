const _: () = {
    use ::es_core::__private::derived::*;
    #[automatically_derived]
    impl __Event for Booked {
        const NAME: &'static str = "room-booked";
        const TAGS: __TagNames = &["room", "night"];
        fn tags(&self) -> __Tags {
            ::es_core::__private::all_tags([
                ::es_core::__private::one_tag::<RoomId>("room", &self.room),
                ::es_core::__private::each_tag::<Vec<Night>>("night", &self.nights),
            ])
        }
        const HOME: ::es_core::__private::HomeName = ::core::option::Option::Some(
            "room",
        );
        const STORED: __MaybeStored = __Some(|| __object(
            ::core::module_path!(),
            "Booked",
            [
                __field("room", __of::<RoomId>("RoomId").es_form()),
                __field(
                    "nights",
                    __of::<Vec<Night>>("Vec<Night>")
                        .es_form_of(__of::<Night>("Night").es_form()),
                ),
            ],
        ));
    }
    #[automatically_derived]
    impl ::es_core::Tagged for Booked {}
    impl __TagAt<0> for Booked {
        type Value = RoomId;
        fn value(&self) -> &RoomId {
            &self.room
        }
    }
    #[automatically_derived]
    impl __Describe for Booked {
        fn describe(&self) -> __Description {
            __named(
                "Booked",
                [
                    ("room", __Show(&self.room).es_show()),
                    ("nights", __Show(&self.nights).es_show()),
                ],
            )
        }
    }
};
